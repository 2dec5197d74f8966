/** What the server answers when it is asked what it holds about somebody. */

export const DATA = "/_depesha/v1/me/data";

export interface Texts {
  en: string;
  ru: string;
}

export interface HeldData {
  kinds: readonly { kind: string; count: number; what: Texts; purpose: Texts; kept: Texts }[];
  messages: { count: number; first_ts: number | null; last_ts: number | null };
  messages_kept_days: number | null;
  files: { count: number; bytes: number };
  devices: readonly unknown[];
  emails: readonly string[];
}

/** A copy of one's data that was asked for. */
export interface Copy {
  copy_id: string;
  asked_ts: number;
  expires_ts: number;
  ready: boolean;
  size: number;
  path: string;
}
