/** Verification of a device or a person by emoji or QR code ("Key verification framework"). */

import type {
  OtherUserIdentity,
  OwnUserIdentity,
  Qr,
  Sas,
  VerificationRequest,
  UserId as WasmUserId,
} from "@matrix-org/matrix-sdk-crypto-wasm";
import { FailureError } from "../../base/errors";
import type { DeviceId, RoomId, UserId } from "../../base/ids";
import type { CryptoNeeds } from "../ports";
import type { Content, VerificationView } from "../records";
import { type Olm, reading } from "./olm";
import { queryNow, send } from "./requests";

export type Act = "accept" | "emoji" | "confirm" | "mismatch" | "cancel" | "scanned";

/** Why a request ends on the devices that did not take it. */
const ANSWERED = "m.accepted";

/** One verification. An older client may begin with emoji at once, without a request. */
interface Talk {
  request?: VerificationRequest;
  sas?: Sas;
  qr?: Qr;
  view: VerificationView;
}

/** `changed` is called when a view did; `done` when somebody was verified. */
export function openVerification(
  olm: Olm,
  needs: CryptoNeeds,
  changed: () => void,
  done: () => void,
) {
  const { lib, machine } = olm;
  const { VerificationMethod: methods, VerificationRequestPhase: phases, QrState } = lib;
  const OURS = [methods.SasV1, methods.QrCodeShowV1, methods.QrCodeScanV1, methods.ReciprocateV1];
  const talks = new Map<string, Talk>();
  const timers = new Set<ReturnType<typeof setTimeout>>();

  const say = async (request: Parameters<typeof send>[2] | undefined) => {
    if (request) await send(olm, needs, request);
  };

  function adopt(request: VerificationRequest): void {
    const id = request.flowId;
    if (talks.has(id)) return;
    const talk: Talk = {
      request,
      view: {
        id,
        userId: request.otherUserId.toString(),
        incoming: !request.weStarted(),
        phase: "requested",
      },
    };
    talks.set(id, talk);
    request.registerChangesCallback(() => follow(talk));
    expire(talk, request.timeRemainingMillis());
    void follow(talk);
  }

  /** The library ends what is too old only when it hears of it. */
  function expire(talk: Talk, after: number): void {
    const timer = setTimeout(() => {
      timers.delete(timer);
      if (isOver(talk)) return;
      if (talk.request?.timedOut() || talk.sas?.timedOut()) void cancel(talk).catch(() => {});
      else expire(talk, 60_000);
    }, after + 1000);
    timers.add(timer);
  }

  function adoptSas(sas: Sas): void {
    if (talks.has(sas.flowId)) return;
    const view: VerificationView = {
      id: sas.flowId,
      userId: sas.otherUserId.toString(),
      deviceId: sas.otherDeviceId.toString(),
      incoming: true,
      phase: "requested",
    };
    const talk: Talk = { sas, view };
    talks.set(sas.flowId, talk);
    sas.registerChangesCallback(() => follow(talk));
    expire(talk, 10 * 60_000);
    changed();
  }

  /** Brings the view of a talk up to where the library is. */
  async function follow(talk: Talk): Promise<void> {
    const { request } = talk;
    if (request) await takeUp(talk, request);
    const before = talk.view;
    talk.view = { ...base(talk), ...phaseOf(talk) };
    changed();
    if (talk.view.phase === "done" && before.phase !== "done") done();
  }

  async function takeUp(talk: Talk, request: VerificationRequest): Promise<void> {
    if (request.isReady() && !talk.qr && canScan(request)) {
      const qr = await request.generateQrCode();
      if (qr && !talk.qr) listen(talk, qr);
    }
    const chosen = request.getVerification();
    if (chosen instanceof lib.Sas && !talk.sas) {
      talk.sas = chosen;
      chosen.registerChangesCallback(() => follow(talk));
      // The person agreed to verify when they took the request; emoji need no second yes.
      if (!chosen.weStarted()) await say(chosen.accept());
    } else if (chosen instanceof lib.Qr && !talk.qr) listen(talk, chosen);
  }

  function listen(talk: Talk, qr: Qr): void {
    talk.qr = qr;
    qr.registerChangesCallback(() => follow(talk));
  }

  const canScan = (request: VerificationRequest) =>
    request.theirSupportedMethods?.includes(methods.QrCodeScanV1) ?? false;

  function base({ view, request }: Talk): Omit<VerificationView, "phase"> {
    const deviceId = request?.otherDeviceId?.toString() ?? view.deviceId;
    const { id, userId, incoming } = view;
    return deviceId === undefined ? { id, userId, incoming } : { id, userId, incoming, deviceId };
  }

  type Phase = Pick<
    VerificationView,
    "phase" | "emoji" | "qr" | "qrPicture" | "canScan" | "reason"
  >;

  function phaseOf(talk: Talk): Phase {
    const { request, sas, qr } = talk;
    if (request?.isDone() || sas?.isDone() || qr?.isDone()) return { phase: "done" };
    if (request?.isCancelled() || sas?.isCancelled())
      return { phase: "cancelled", reason: reasonOf(talk) };
    if (request?.isPassive()) return { phase: "cancelled", reason: ANSWERED };
    if (sas) return emojiPhase(sas);
    const phase = (qr && qrPhase(qr)) ?? requestPhase(request);
    const canScan = request?.theirSupportedMethods?.includes(methods.QrCodeShowV1) ?? false;
    return phase.phase === "ready" ? { ...phase, canScan } : phase;
  }

  function emojiPhase(sas: Sas): Phase {
    if (sas.haveWeConfirmed()) return { phase: "confirming" };
    const symbols = sas.emoji();
    const numbers = sas.emojiIndex();
    if (!symbols || !numbers) {
      const isAsked = !sas.startedFromRequest() && !sas.weStarted() && !sas.hasBeenAccepted();
      return { phase: isAsked ? "requested" : "emoji" };
    }
    const emoji = symbols.map(({ symbol }, at) => ({ symbol, number: numbers[at] ?? 0 }));
    return { phase: "emoji", emoji };
  }

  function qrPhase(qr: Qr): Phase | undefined {
    switch (qr.state()) {
      case QrState.Created:
        return { phase: "ready", qr: Uint8Array.from(qr.toBytes()), qrPicture: picture(qr) };
      case QrState.Scanned:
        return { phase: "qr" };
      case QrState.Confirmed:
      case QrState.Reciprocated:
        return { phase: "confirming" };
      default:
        return undefined;
    }
  }

  function requestPhase(request: VerificationRequest | undefined): Phase {
    return { phase: request?.phase() === phases.Ready ? "ready" : "requested" };
  }

  const reasonOf = ({ request, sas }: Talk) =>
    (request?.cancelInfo ?? sas?.cancelInfo())?.cancelCode() ?? "m.user";

  const isOver = ({ view }: Talk) => view.phase === "done" || view.phase === "cancelled";

  async function start(ask: { userId: UserId; deviceId?: DeviceId }): Promise<{ id: string }> {
    await queryNow(olm, needs, [ask.userId]);
    const user = new lib.UserId(ask.userId);
    if (ask.deviceId !== undefined) return askDevice(user, ask.deviceId);
    const identity = await machine.getIdentity(user);
    if (!identity) throw unknown("Nothing of this person can be verified yet");
    if (identity instanceof lib.OwnUserIdentity) return reading(identity, askOwnDevices);
    const roomId = await needs.directRoom(ask.userId);
    return reading(identity, (other) => askInRoom(other, roomId));
  }

  async function askDevice(user: WasmUserId, deviceId: DeviceId) {
    const device = await machine.getDevice(user, new lib.DeviceId(deviceId));
    if (!device) throw unknown("The device is not known");
    return reading(device, (found) => begin(...found.requestVerification(OURS)));
  }

  async function askOwnDevices(identity: OwnUserIdentity) {
    return begin(...(await identity.requestVerification(OURS)));
  }

  async function begin(request: VerificationRequest, message: Parameters<typeof send>[2]) {
    await send(olm, needs, message);
    adopt(request);
    return { id: request.flowId };
  }

  async function askInRoom(identity: OtherUserIdentity, roomId: RoomId) {
    const content = JSON.parse(identity.verificationRequestContent(OURS)) as Content;
    const txnId = crypto.randomUUID();
    const eventId = await needs.sendEvent(roomId, "m.room.message", content, txnId);
    const [room, event] = [new lib.RoomId(roomId), new lib.EventId(eventId)];
    const request = identity.requestVerification(room, event, OURS);
    adopt(request);
    return { id: request.flowId };
  }

  async function act({ id, act: what, qr }: { id: string; act: Act; qr?: Uint8Array }) {
    const talk = talks.get(id);
    if (!talk || isOver(talk)) throw unknown("This verification is over");
    if (what === "accept") await accept(talk);
    else if (what === "emoji") await startEmoji(talk);
    else if (what === "confirm") await confirm(talk);
    else if (what === "mismatch") await say(talk.sas?.cancelWithCode("m.mismatched_sas"));
    else if (what === "scanned") await scanned(talk, qr);
    else await cancel(talk);
    await follow(talk);
  }

  const accept = ({ request, sas }: Talk) =>
    say(request ? request.acceptWithMethods(OURS) : sas?.accept());

  async function startEmoji(talk: Talk): Promise<void> {
    if (talk.sas) return; // the other began at the same moment
    const started = await talk.request?.startSas();
    if (!started) return;
    const [sas, message] = started;
    talk.sas = sas;
    sas.registerChangesCallback(() => follow(talk));
    await say(message);
  }

  async function confirm({ sas, qr }: Talk): Promise<void> {
    if (sas) for (const message of await sas.confirm()) await say(message);
    else await say(qr?.confirmScanning());
  }

  async function scanned(talk: Talk, bytes: Uint8Array | undefined): Promise<void> {
    if (!bytes || !talk.request) throw unknown("Nothing was scanned");
    let qr: Qr;
    try {
      const scan = lib.QrCodeScan.fromBytes(Uint8ClampedArray.from(bytes));
      qr = await talk.request.scanQrCode(scan);
    } catch {
      throw new FailureError({ code: "wrongQr", message: "This code is not of that person" });
    }
    listen(talk, qr);
    await say(qr.reciprocate());
  }

  const cancel = async ({ request, sas }: Talk) => say(request?.cancel() ?? sas?.cancel());

  /** Finds what a message to this device, already given to the machine, began. */
  async function receiveToDevice(event: Content, again: (event: Content) => Promise<void>) {
    const { type, sender } = event as { type: string; sender: string };
    const content = (event.content ?? {}) as Content;
    const id = content.transaction_id;
    if (!type.startsWith("m.key.verification.") || typeof id !== "string" || talks.has(id)) return;
    const isFound = () => find(sender, id);
    if (isFound()) return;
    if (type !== "m.key.verification.request" && type !== "m.key.verification.start") return;
    // The request of a device signed in a moment ago comes before the machine knows the device.
    await queryNow(olm, needs, [sender]);
    await again(event);
    isFound();
  }

  function find(userId: UserId, id: string): boolean {
    const request = machine.getVerificationRequest(new lib.UserId(userId), id);
    if (request) adopt(request);
    else {
      const begun = machine.getVerification(new lib.UserId(userId), id);
      if (begun instanceof lib.Sas) adoptSas(begun);
      else return false;
    }
    return true;
  }

  async function receiveRoomEvent(roomId: RoomId, event: Content): Promise<void> {
    const { sender, event_id: id } = event as { sender: string; event_id: string };
    const content = (event.content ?? {}) as Content;
    const isRequest = content.msgtype === "m.key.verification.request";
    if (isRequest && sender !== olm.userId) await queryNow(olm, needs, [sender]);
    await machine.receiveVerificationEvent(JSON.stringify(event), new lib.RoomId(roomId));
    if (isRequest && content.to === olm.userId) find(sender, id);
  }

  return {
    /** What another device of one's own took up is shown there alone. */
    views: (): readonly VerificationView[] =>
      [...talks.values()].map(({ view }) => view).filter(({ reason }) => reason !== ANSWERED),
    start,
    act,
    receiveToDevice,
    receiveRoomEvent,
    close(): void {
      timers.forEach(clearTimeout);
      for (const { request, sas, qr } of talks.values())
        for (const held of [request, sas, qr]) held?.free();
    },
  };
}

function picture(qr: Qr): { side: number; modules: Uint8Array } {
  const modules = Uint8Array.from(qr.toQrCode().renderIntoBuffer());
  return { side: Math.round(Math.sqrt(modules.length)), modules };
}

const unknown = (message: string) => new FailureError({ code: "M_NOT_FOUND", message });
