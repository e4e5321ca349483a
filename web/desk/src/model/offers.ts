// Answering what the router offers. The screen goes where the work is.

import { run, wish } from "../keys.ts";
import { say } from "../notice.ts";
import { t } from "../words.ts";
import { go, place } from "./place.ts";
import { answer, type Offer } from "./work.ts";

/** Takes it, and opens the conversation ready to be answered. */
export async function accept(offer: Offer): Promise<void> {
  if (!(await answer(offer, true))) return;
  const { conversation } = offer;
  if (place.get().conversation === conversation) {
    run("reply");
    return;
  }
  wish("reply");
  go({ view: "mine", conversation });
}

export async function decline(offer: Offer): Promise<void> {
  if (await answer(offer, false)) say(t("offerDeclined"));
}
