// A person with matrix-js-sdk, told what to do by lines of JSON; each is answered by one.
// The packages are those of `tests/interop`, whose folder is the first argument.
import { Console } from "node:console";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const [, , folder, baseUrl, user, password] = process.argv;
const resolve = createRequire(pathToFileURL(`${folder}/`)).resolve;
const load = async (name) => import(pathToFileURL(resolve(name)).href);

// The answers are the only thing that is said on the standard output.
globalThis.console = new Console(process.stderr);
await load("fake-indexeddb/auto");
const { createClient } = await load("matrix-js-sdk");
const { decodeRecoveryKey, encodeRecoveryKey } = await load(
  "matrix-js-sdk/lib/crypto-api/recovery-key.js",
);

let client;
let secretKey;
let asked;
let sas;

async function login() {
  const session = await createClient({ baseUrl }).loginRequest({
    type: "m.login.password",
    identifier: { type: "m.id.user", user },
    password,
  });
  client = createClient({
    baseUrl,
    accessToken: session.access_token,
    userId: session.user_id,
    deviceId: session.device_id,
    verificationMethods: ["m.sas.v1"],
    cryptoCallbacks: {
      getSecretStorageKey: async ({ keys }) => [Object.keys(keys)[0], secretKey],
    },
  });
  await client.initRustCrypto({ useIndexedDB: false });
  client.on("crypto.verificationRequestReceived", (request) => {
    asked = request;
  });
  await client.startClient();
  return { device_id: session.device_id };
}

/** Cross-signing keys, a place for secrets, and a backup of room keys. */
async function bootstrap() {
  const crypto = client.getCrypto();
  const auth = { type: "m.login.password", identifier: { type: "m.id.user", user }, password };
  await crypto.bootstrapCrossSigning({
    authUploadDeviceSigningKeys: (request) =>
      request(null).catch((error) => request({ ...auth, session: error.data.session })),
  });
  const made = await crypto.createRecoveryKeyFromPassphrase("a phrase of theirs");
  secretKey = made.privateKey;
  await crypto.bootstrapSecretStorage({
    createSecretStorageKey: async () => made,
    setupNewKeyBackup: true,
  });
  return { key: encodeRecoveryKey(secretKey) };
}

async function restore({ key }) {
  secretKey = decodeRecoveryKey(key);
  const crypto = client.getCrypto();
  await crypto.userHasCrossSigningKeys(client.getUserId(), true);
  await crypto.bootstrapCrossSigning({});
  await crypto.loadSessionBackupPrivateKeyFromSecretStorage();
  await crypto.checkKeyBackupAndEnable();
  const { imported } = await crypto.restoreKeyBackup();
  const device = await crypto.getDeviceVerificationStatus(client.getUserId(), client.getDeviceId());
  return { imported, verified: device.crossSigningVerified };
}

const until = async (holds) => {
  while (!(await holds())) await new Promise((done) => setTimeout(done, 50));
  return {};
};

const text = (room, id) => {
  const event = client.getRoom(room)?.findEventById(id);
  return event && !event.isDecryptionFailure() && event.getContent().body;
};

async function read({ room, id }) {
  await until(() => text(room, id));
  return { body: text(room, id) };
}

const send = async ({ room, body }) => ({
  id: (await client.sendTextMessage(room, body)).event_id,
});
const join = async ({ room }) => ({ room: (await client.joinRoom(room)).roomId });

const backedUp = async () => {
  const crypto = client.getCrypto();
  const count = async () =>
    Number((await client.http.authedRequest("GET", "/room_keys/version")).count);
  await until(async () => (await crypto.getActiveSessionBackupVersion()) && (await count()) > 0);
  return {};
};

/** Takes the request that came, and agrees to compare emoji. */
async function accept() {
  await until(() => asked);
  await asked.accept();
  return {};
}

async function emoji() {
  await until(() => asked.verifier);
  const { verifier } = asked;
  verifier.on("show_sas", (shown) => {
    sas = shown;
  });
  verifier.verify().catch(() => {});
  await until(() => sas);
  return { emoji: sas.sas.emoji.map(([symbol]) => symbol) };
}

/** Asks a person in a room, or one's own other devices, and begins with emoji once they agree. */
async function ask({ user: other, room }) {
  const crypto = client.getCrypto();
  asked = other
    ? await crypto.requestVerificationDM(other, room)
    : await crypto.requestOwnUserVerification();
  return {};
}

async function begin() {
  await until(() => asked.phase === 3);
  await asked.startVerification("m.sas.v1");
  return {};
}

async function confirm() {
  await sas.confirm();
  return {};
}

async function isVerified({ user: other, device }) {
  const crypto = client.getCrypto();
  await until(async () =>
    device
      ? (await crypto.getDeviceVerificationStatus(other, device))?.crossSigningVerified
      : (await crypto.getUserVerificationStatus(other)).isCrossSigningVerified(),
  );
  return {};
}

const importKeys = async ({ keys }) => {
  await client.getCrypto().importRoomKeysAsJson(keys);
  return {};
};

const verbs = {
  login,
  bootstrap,
  restore,
  read,
  send,
  join,
  backedUp,
  accept,
  emoji,
  ask,
  begin,
  confirm,
  isVerified,
  importKeys,
};

for await (const line of createInterface({ input: process.stdin })) {
  const { verb, ...rest } = JSON.parse(line);
  let answer;
  try {
    answer = await verbs[verb](rest);
  } catch (error) {
    answer = { error: String(error.stack ?? error) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
process.exit(0);
