/** The account's cross-signing identity: made once, then proven by each new device. */

import type {
  CrossSigningBootstrapRequests,
  OwnUserIdentity,
  UploadSigningKeysRequest,
} from "@matrix-org/matrix-sdk-crypto-wasm";
import { FailureError } from "../../base/errors";
import { writeRecoveryKey } from "../../base/recovery-key";
import type { CryptoNeeds } from "../ports";
import type { Content } from "../records";
import type { Backup } from "./backup";
import { type Olm, reading } from "./olm";
import { queryNow, sendAll, sendEach } from "./requests";
import type { Safe, SafeKey } from "./safe";
import { inTurn } from "./turns";

const V3 = "/_matrix/client/v3";
const MASTER = "m.cross_signing.master";
const SELF_SIGNING = "m.cross_signing.self_signing";
const USER_SIGNING = "m.cross_signing.user_signing";
const BACKUP = "m.megolm_backup.v1";

const failure = (code: string, message: string, fields?: Record<string, unknown>) =>
  new FailureError(fields ? { code, message, fields } : { code, message });

export function openIdentity(olm: Olm, needs: CryptoNeeds, backup: Backup, safe: Safe) {
  const { lib, machine } = olm;

  const own = async () =>
    (await machine.getIdentity(new lib.UserId(olm.userId))) as OwnUserIdentity | undefined;

  /** Takes in own devices and keys as the server has them now; false: it has no identity. */
  async function refresh(): Promise<boolean> {
    await sendAll(olm, needs);
    const answer = await queryNow(olm, needs, [olm.userId]);
    const { master_keys: masters } = JSON.parse(answer) as { master_keys?: Content };
    return masters?.[olm.userId] !== undefined;
  }

  async function isHeld(): Promise<boolean> {
    const { hasMaster, hasSelfSigning, hasUserSigning } = await machine.crossSigningStatus();
    return hasMaster && hasSelfSigning && hasUserSigning;
  }

  /**
   * Makes an identity and tells the server. One that was made before, of which the server does not
   * know because the network went, is told again.
   */
  async function make(password?: string): Promise<void> {
    await tellServer(await machine.bootstrapCrossSigning(!(await isHeld())), password);
  }

  /** Makes a new identity in place of the one that the server has. */
  async function replace(password?: string): Promise<void> {
    const before = await machine.exportCrossSigningKeys();
    try {
      await tellServer(await machine.bootstrapCrossSigning(true), password);
    } catch (error) {
      // It was refused, so the old one stands; if it was held here, it is held further.
      await queryNow(olm, needs, [olm.userId]);
      if (before) {
        const { masterKey, self_signing_key, userSigningKey } = before;
        await machine.importCrossSigningKeys(masterKey, self_signing_key, userSigningKey);
      }
      throw error;
    }
  }

  async function tellServer(made: CrossSigningBootstrapRequests, password?: string) {
    await sendEach(olm, needs, [made.uploadKeysRequest]);
    await uploadSigningKeys(made.uploadSigningKeysRequest, password);
    await sendEach(olm, needs, [made.uploadSignaturesRequest]);
    await queryNow(olm, needs, [olm.userId]);
  }

  /** The first upload needs no password (v1.11); replacing keys does. */
  async function uploadSigningKeys(request: UploadSigningKeysRequest, password?: string) {
    const path = `${V3}/keys/device_signing/upload`;
    try {
      await needs.call("POST", path, request.body);
    } catch (error) {
      const refused = error instanceof FailureError ? error : undefined;
      const { session, flows } = refused?.failure.fields ?? {};
      if (!refused || typeof session !== "string") throw error;
      if (!takesPassword(flows))
        throw failure("uia", "The server asks for another proof", { flows });
      if (password === undefined)
        throw new FailureError({ ...refused.failure, code: "passwordNeeded" });
      const identifier = { type: "m.id.user", user: olm.userId };
      const auth = { type: "m.login.password", identifier, password, session };
      await needs.call("POST", path, JSON.stringify({ ...JSON.parse(request.body), auth }));
    }
  }

  async function signThisDevice(): Promise<void> {
    const device = await machine.getDevice(
      new lib.UserId(olm.userId),
      new lib.DeviceId(olm.deviceId),
    );
    if (!device) return;
    const request = await reading(device, async (own) =>
      own.isCrossSigningTrusted() ? undefined : own.verify(),
    );
    if (!request) return;
    await sendEach(olm, needs, [request]);
    await queryNow(olm, needs, [olm.userId]);
  }

  async function secrets(): Promise<Record<string, string>> {
    const keys = await machine.exportCrossSigningKeys();
    const found = {
      [MASTER]: keys?.masterKey,
      [SELF_SIGNING]: keys?.self_signing_key,
      [USER_SIGNING]: keys?.userSigningKey,
      [BACKUP]: await backup.secret(),
    };
    const has = (pair: [string, string | undefined]): pair is [string, string] => Boolean(pair[1]);
    return Object.fromEntries(Object.entries(found).filter(has));
  }

  async function begin(password?: string): Promise<void> {
    if (!(await refresh())) await make(password);
    else if (await isHeld()) await signThisDevice();
    await backup.check();
    if (backup.state() === "off" && (await isHeld())) await backup.create();
  }

  async function setUp(ask: { password?: string; passphrase?: string; reset?: boolean }) {
    if (!(await refresh())) await make(ask.password);
    else if (ask.reset) await replace(ask.password);
    else if (!(await isHeld()))
      throw failure("keysExist", "Another device holds this account's keys");
    await signThisDevice();
    await backup.check();
    if (backup.state() !== "on") await backup.create();
    const made = await safe.make(ask.passphrase);
    await safe.adopt(made, await secrets());
    return { recoveryKey: writeRecoveryKey(made.key), safeKey: made as SafeKey };
  }

  /** Proves this device by the recovery key. Throws `noRecovery`, `wrongKey`, `keysChanged`. */
  async function recover(text: string): Promise<SafeKey> {
    const key = await safe.unlock(text.trim());
    if (key === "none") throw failure("noRecovery", "The account has no recovery key");
    if (!key) throw failure("wrongKey", "This is not the account's recovery key");
    if (!(await refresh())) throw failure("noRecovery", "The account has no keys to recover");
    const names = [MASTER, SELF_SIGNING, USER_SIGNING];
    const found = await Promise.all(names.map((name) => safe.read(key, name)));
    await machine.importCrossSigningKeys(...(found as [string, string, string]));
    if (!(await isHeld())) throw failure("keysChanged", "The keys were replaced since");
    await signThisDevice();
    const stored = await safe.read(key, BACKUP);
    if (stored) await backup.adopt(stored);
    return key;
  }

  async function state(): Promise<"none" | "unverified" | "verified"> {
    const identity = await own();
    if (!identity) return "none";
    const isOurs = await reading(identity, (found) => found.trustsOurOwnDevice());
    return isOurs ? "verified" : "unverified";
  }

  const turn = inTurn();
  return {
    begin: (password?: string) => turn(() => begin(password)),
    setUp: (ask: Parameters<typeof setUp>[0]) => turn(() => setUp(ask)),
    recover: (text: string) => turn(() => recover(text)),
    state,
  };
}

const takesPassword = (flows: unknown) =>
  Array.isArray(flows) &&
  flows.some(
    ({ stages }: Content) => Array.isArray(stages) && stages.join() === "m.login.password",
  );
