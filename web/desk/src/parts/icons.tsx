// Our own small drawings. They say nothing by themselves; words stand beside them or in a label.

import type { JSX } from "preact";
import type { Channel } from "../model/types.ts";

const SHAPES = {
  webchat: "M4 5h16v11H9l-5 4z",
  email: "M3 6h18v12H3zM3 7l9 7 9-7",
  sms: "M7 3h10v18H7zM11 18h2",
  voice: "M5 4h4l2 5-2.5 1.5a11 11 0 0 0 5 5L15 13l5 2v4a1 1 0 0 1-1 1A15 15 0 0 1 4 5a1 1 0 0 1 1-1z",
  video: "M3 7h12v10H3zM15 11l6-4v10l-6-4",
  shop: "M4 9l1-5h14l1 5M5 9v11h14V9M4 9h16",
  search: "M11 4a7 7 0 1 1 0 14 7 7 0 0 1 0-14zM16 16l5 5",
  back: "M15 5l-7 7 7 7",
  close: "M6 6l12 12M18 6L6 18",
  clip: "M20 11l-8.5 8.5a5 5 0 0 1-7-7L13 4a3.3 3.3 0 0 1 4.7 4.7l-8.3 8.3a1.6 1.6 0 0 1-2.3-2.3L14.5 7.3",
  book: "M5 4h6a2 2 0 0 1 2 2v14a2 2 0 0 0-2-2H5zM19 4h-4a2 2 0 0 0-2 2v14a2 2 0 0 1 2-2h4z",
  person: "M12 4a4 4 0 1 1 0 8 4 4 0 0 1 0-8zM4 21a8 8 0 0 1 16 0",
  people: "M9 5a3.5 3.5 0 1 1 0 7 3.5 3.5 0 0 1 0-7zM2 20a7 7 0 0 1 14 0M16 5.5a3.5 3.5 0 0 1 0 6.5M18 14.5a7 7 0 0 1 4 5.5",
  inbox: "M4 13l3-9h10l3 9v7H4zM4 13h5a3 3 0 0 0 6 0h5",
  moon: "M20 14.5A8.5 8.5 0 1 1 9.5 4a7 7 0 0 0 10.5 10.5z",
  check: "M4 12.5l5 5L20 6.5",
  gear: "M4 7h10M18 7h2M4 17h2M10 17h10M16 4.5a2.5 2.5 0 1 1 0 5 2.5 2.5 0 0 1 0-5zM8 14.5a2.5 2.5 0 1 1 0 5 2.5 2.5 0 0 1 0-5z",
  keys: "M3 6h18v12H3zM7 10h.01M11 10h.01M15 10h.01M8 14h8",
  dots: "M12 5v14M5 12h14",
  spark: "M12 3l2 6 6 2-6 2-2 6-2-6-6-2 6-2z",
  bolt: "M13 3L5 14h6l-1 7 8-11h-6z",
  bell: "M6 17V11a6 6 0 0 1 12 0v6l2 2H4zM10 21h4",
  filter: "M4 5h16l-6 8v6l-4-2v-4z",
  order: "M7 5v14M4 16l3 3 3-3M13 6h8M13 12h6M13 18h4",
  clock: "M12 4a8 8 0 1 1 0 16 8 8 0 0 1 0-16zM12 8v4l3 2",
  alarm: "M12 4l9 16H3zM12 10v4.5M12 17.5h.01",
  history: "M4 12a8 8 0 1 0 3-6.2M4 4v4h4M12 8v4l3 2",
  tools: "M5 19l7-7M14 4a4.5 4.5 0 0 0-2 6l2 2a4.5 4.5 0 0 0 6-2l-3 0-2-2z",
  stamp: "M9 13c1-2-1-4-1-6a4 4 0 0 1 8 0c0 2-2 4-1 6h4v4H5v-4zM5 20h14",
  onward: "M4 18v-5a4 4 0 0 1 4-4h11M14 4l5 5-5 5",
  board: "M4 20V10M10 20V4M16 20v-8M21 20H3",
  lock: "M6 11h12v9H6zM9 11V8a3 3 0 0 1 6 0v3",
};

export type Shape = keyof typeof SHAPES;

export function Icon({ shape, size = 18 }: { shape: Shape; size?: number }): JSX.Element {
  return (
    <svg class="icon" width={size} height={size} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={SHAPES[shape]} />
    </svg>
  );
}

const OF_CHANNEL: Partial<Record<Channel, Shape>> = {
  email: "email",
  sms: "sms",
  voice: "voice",
  video: "video",
  in_store: "shop",
};

export function ChannelIcon({ channel, size = 16 }: { channel: Channel; size?: number }): JSX.Element {
  return <Icon shape={OF_CHANNEL[channel] ?? "webchat"} size={size} />;
}
