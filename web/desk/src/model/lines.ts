// Over which lines a conversation can be answered: those the customer used, and their own addresses that nobody has
// written to here yet.

import { post } from "./api.ts";
import { named, t } from "../words.ts";
import type { Channel, Conversation, CustomerView, Endpoint, Interaction } from "./types.ts";

export interface Way {
  /** The interaction's id, or the identifier and endpoint of a line to be opened. */
  key: string;
  label: string;
  channel: Channel;
  open: { identifier: string; endpoint: string } | null;
}

const REACHES: Partial<Record<Channel, string>> = { email: "email", sms: "phone" };

export function ways(here: Conversation, customer: CustomerView | null, lines: Interaction[], endpoints: Endpoint[]): Way[] {
  const known = new Map(customer?.identifiers.map((one) => [one.id, one]) ?? []);
  const found: Way[] = lines.map((line) => {
    const address = known.get(line.identifier);
    const shown = address && REACHES[line.channel] ? ` · ${address.value}` : "";
    return { key: line.id, label: named("channel", line.channel) + shown, channel: line.channel, open: null };
  });
  for (const endpoint of endpoints.filter((one) => one.brand === here.brand)) {
    for (const address of known.values()) {
      const isUsed = lines.some((line) => line.identifier === address.id && line.endpoint === endpoint.id);
      if (isUsed || REACHES[endpoint.channel] !== address.kind || address.value.startsWith("unproven-")) continue;
      const channel = named("channel", endpoint.channel);
      found.push({
        key: `${address.id} ${endpoint.id}`,
        label: t("newLine", { channel, address: address.value }),
        channel: endpoint.channel,
        open: { identifier: address.id, endpoint: endpoint.id },
      });
    }
  }
  return found;
}

export function openLine(conversation: string, wish: { identifier: string; endpoint: string }): Promise<Interaction> {
  return post<Interaction>(`conversations/${conversation}/interactions`, wish);
}
