// What the router asks this member to take. The cards lie beside the work, not over it, and take nobody's focus.

import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { COMMANDS, shown, useCommand } from "../keys.ts";
import { serverNow } from "../model/api.ts";
import { tellOutside } from "../model/notifications.ts";
import { accept, decline } from "../model/offers.ts";
import { chime } from "../model/sound.ts";
import { useStore } from "../model/store.ts";
import { offeredCases, work, type Offer, type OfferedCase } from "../model/work.ts";
import { named, span, t } from "../words.ts";
import { ChannelIcon, Icon } from "./icons.tsx";

const RING_EVERY_MS = 5000;
const SOON_S = 10;

export function Offers(): JSX.Element {
  const offers = [...(useStore(work)?.offers ?? [])].sort((a, b) => a.expires_at - b.expires_at);
  const cases = useStore(offeredCases);
  const [busy, setBusy] = useState<number | null>(null);
  const box = useRef<HTMLElement>(null);
  const told = useRef(new Set<number>());
  const [first] = offers;
  const tokens = offers.map((one) => one.token).join();

  useEffect(() => {
    if (!tokens) return;
    chime();
    const ring = setInterval(chime, RING_EVERY_MS);
    return () => clearInterval(ring);
  }, [tokens]);
  useEffect(() => {
    for (const one of offers) {
      const known = cases.get(one.conversation);
      if (!known || told.current.has(one.token)) continue;
      told.current.add(one.token);
      tellOutside(t("offerFor", { name: whose(known) }), known.about ?? kindOf(one, known), `offer-${one.token}`, () => undefined);
    }
  }, [tokens, cases]);

  const act = async (offer: Offer, how: (offer: Offer) => Promise<void>): Promise<void> => {
    if (busy !== null) return;
    const hadFocus = box.current?.contains(document.activeElement);
    setBusy(offer.token);
    await how(offer);
    setBusy(null);
    // The button is gone; the focus should not be nowhere.
    if (hadFocus && document.activeElement === document.body) document.getElementById("main")?.focus();
  };
  useCommand("accept", first ? () => void act(first, accept) : null);
  useCommand("decline", first ? () => void act(first, decline) : null);

  return (
    <section class="offers" ref={box} aria-label={t("offers")}>
      {offers.map((one) => (
        <Card key={one.token} offer={one} known={cases.get(one.conversation) ?? null} isFirst={one === first} busy={busy === one.token} act={act} />
      ))}
      <p class="unseen" role="alert">
        {first && cases.has(first.conversation) && t("offerSpoken", { name: whose(cases.get(first.conversation)), keys: shown(COMMANDS.accept.keys) })}
      </p>
    </section>
  );
}

interface CardProps {
  offer: Offer;
  known: OfferedCase | null;
  isFirst: boolean;
  busy: boolean;
  act: (offer: Offer, how: (offer: Offer) => Promise<void>) => Promise<void>;
}

function Card({ offer, known, isFirst, busy, act }: CardProps): JSX.Element {
  const now = useSeconds();
  const left_s = Math.max(0, Math.ceil((offer.expires_at - now) / 1000));
  const hint = (name: "accept" | "decline"): string => (isFirst ? ` (${shown(COMMANDS[name].keys)})` : "");
  return (
    <article class="offer" aria-label={t("offerFor", { name: whose(known) })} aria-busy={busy}>
      <header>
        <span class="offer-kind">{offer.callback ? <Icon shape="voice" size={16} /> : known?.channel ? <ChannelIcon channel={known.channel} /> : <Icon shape="bell" size={16} />} {kindOf(offer, known)}</span>
        <span class={`offer-left${left_s <= SOON_S ? " soon" : ""}`} role="timer" aria-label={t("offerLeft", { seconds: left_s })}>{clockOf(left_s)}</span>
      </header>
      <b class="offer-who"><bdi>{whose(known)}</bdi></b>
      <p class="offer-what"><bdi>{known ? (known.about ?? t("noSubject")) : t("loading")}</bdi></p>
      <p class="hint"><Icon shape="clock" size={12} /> {t("waitedFor", { time: span(Math.max(0, now - offer.since)) })}</p>
      <footer>
        <button type="button" disabled={busy} title={t("decline") + hint("decline")} onClick={() => void act(offer, decline)}>{t("decline")}</button>
        <button type="button" class="main" disabled={busy} title={t("accept") + hint("accept")} onClick={() => void act(offer, accept)}>{t("accept")}</button>
      </footer>
    </article>
  );
}

function whose(known: OfferedCase | null | undefined): string {
  return known?.name ?? t("someone");
}

function kindOf(offer: Offer, known: OfferedCase | null): string {
  if (offer.callback) return t("callBack");
  return known?.channel ? named("channel", known.channel) : named("class", offer.class);
}

function clockOf(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/** The server's time, every second. */
function useSeconds(): number {
  const [now, setNow] = useState(serverNow());
  useEffect(() => {
    const timer = setInterval(() => setNow(serverNow()), 1000);
    return () => clearInterval(timer);
  }, []);
  return now;
}
