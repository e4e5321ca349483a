// How the chat was set up by the server.

import type { Field, Outlet } from "./api.ts";

/** The settings of one chat, in the reader's language. */
export interface Settings {
  endpoint: string;
  language: string;
  title: string;
  greeting: string | null;
  color: string;
  logo: string | null;
  /** What is filled in before the first message. */
  ask: Field[];
  /** Whether somebody answers at once. */
  open: boolean;
  opens_at: number | null;
  articles: boolean;
  rating: boolean;
  sounds: boolean;
  /** Whether who waits for a person can be called back. */
  callback: boolean;
  phone: string | null;
  continue_on: Outlet[];
  max_upload_bytes: number;
  /** The key with which this browser subscribes to be told of answers. */
  push_key: string | null;
}
