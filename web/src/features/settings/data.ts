/** Devices in order, and what makes a PIN acceptable. Pure. */

import type { DeviceRecord } from "../../engine/records";

/** Other devices than this one, the last active first. */
export function otherDevices(devices: readonly DeviceRecord[]): DeviceRecord[] {
  return devices
    .filter((device) => !device.current)
    .sort((a, b) => (b.lastSeenAt ?? 0) - (a.lastSeenAt ?? 0));
}

/** What is wrong with a new PIN, if anything is. */
export function pinProblem(pin: string, again: string): "pinShort" | "pinDifferent" | undefined {
  if (!/^\d{4,12}$/.test(pin)) return "pinShort";
  return pin === again ? undefined : "pinDifferent";
}

/** A fingerprint in groups of four, for reading aloud. */
export function inGroups(fingerprint: string): string {
  return fingerprint.replace(/(.{4})(?=.)/g, "$1 ");
}
