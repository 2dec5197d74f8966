// A person with matrix-js-sdk, told what to do by lines of JSON; each is answered by one.
import "./quiet.mjs";
import "fake-indexeddb/auto";
import { createInterface } from "node:readline";
import { createClient } from "matrix-js-sdk";

const [, , baseUrl, user, password] = process.argv;
let client;
let secretKey;
let isBackedUp = false;
let incoming; // a request of somebody to verify this person
let verification; // what is going on: {request, verifier, done, sas}

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
        cryptoCallbacks: {
            getSecretStorageKey: async ({ keys }) => [Object.keys(keys)[0], secretKey],
        },
    });
    await client.initRustCrypto({ useIndexedDB: false });
    client.on("crypto.keyBackupSessionsRemaining", (count) => {
        isBackedUp = count === 0;
        if (isBackedUp) client.emit("depesha.backedUp");
    });
    client.on("crypto.verificationRequestReceived", (request) => (incoming = request));
    await client.startClient();
    return { device_id: session.device_id };
}

// Secrets of the person: cross-signing keys, a place for them, and a backup of room keys.
async function bootstrap() {
    const crypto = client.getCrypto();
    const auth = { type: "m.login.password", identifier: { type: "m.id.user", user }, password };
    await crypto.bootstrapCrossSigning({
        authUploadDeviceSigningKeys: (request) =>
            request(null).catch((error) => request({ ...auth, session: error.data.session })),
    });
    const made = await crypto.createRecoveryKeyFromPassphrase();
    secretKey = made.privateKey;
    await crypto.bootstrapSecretStorage({
        createSecretStorageKey: async () => made,
        setupNewKeyBackup: true,
    });
    return { key: Buffer.from(secretKey).toString("base64") };
}

async function restore({ key }) {
    secretKey = new Uint8Array(Buffer.from(key, "base64"));
    const crypto = client.getCrypto();
    await crypto.userHasCrossSigningKeys(client.getUserId(), true); // fetches the public ones
    await crypto.bootstrapCrossSigning({}); // signs this device with the keys from storage
    await crypto.loadSessionBackupPrivateKeyFromSecretStorage();
    await crypto.checkKeyBackupAndEnable();
    const { imported } = await crypto.restoreKeyBackup();
    const device = await crypto.getDeviceVerificationStatus(client.getUserId(), client.getDeviceId());
    return { imported, verified: device.crossSigningVerified };
}

async function send({ room, body }) {
    isBackedUp = false; // the message has a room key of its own
    return await client.sendTextMessage(room, body);
}

const join = async ({ room }) => ({ room: (await client.joinRoom(room)).roomId });

const until = async (holds) => {
    for (;;) {
        const found = await holds();
        if (found) return found;
        await new Promise((done) => setTimeout(done, 20));
    }
};

// An event, once it has come and can be read.
const find = (room, id) =>
    until(() => {
        const event = client.getRoom(room)?.findEventById(id);
        const isSealed = event?.isEncrypted() && (!event.getClearContent() || event.isDecryptionFailure());
        return event && (!isSealed || event.isRedacted()) && event;
    });

async function read({ room, id }) {
    const event = await find(room, id);
    return { type: event.getType(), content: event.getContent(), body: event.getContent().body };
}

const sendEvent = ({ room, type, content }) => client.sendEvent(room, type, content);

const redact = ({ room, id }) => client.redactEvent(room, id);

async function redacted({ room, id }) {
    await until(() => client.getRoom(room)?.findEventById(id)?.isRedacted());
    return {};
}

// Once the relation has changed what is shown of the event.
async function edited({ room, id }) {
    const event = await find(room, id);
    await until(() => event.replacingEvent());
    return { body: event.getContent().body };
}

// --- files ---------------------------------------------------------------------------

const base64 = (bytes) => Buffer.from(bytes).toString("base64").replace(/=+$/, "");

async function sendFile({ room, text }) {
    const key = await crypto.subtle.generateKey({ name: "AES-CTR", length: 256 }, true, ["encrypt"]);
    const iv = new Uint8Array(16);
    crypto.getRandomValues(iv.subarray(0, 8));
    const cipher = { name: "AES-CTR", counter: iv, length: 64 };
    const sealed = await crypto.subtle.encrypt(cipher, key, new TextEncoder().encode(text));
    const { content_uri: url } = await client.uploadContent(new Blob([sealed]));
    const { kty, k, alg, ext } = await crypto.subtle.exportKey("jwk", key);
    const hashes = { sha256: base64(await crypto.subtle.digest("SHA-256", sealed)) };
    const jwk = { kty, k, alg, ext, key_ops: ["encrypt", "decrypt"] };
    const file = { v: "v2", url, key: jwk, iv: base64(iv), hashes };
    return await client.sendMessage(room, { msgtype: "m.file", body: "plan.txt", file });
}

async function readFile({ room, id }) {
    const { file } = (await find(room, id)).getContent();
    const url = client.mxcUrlToHttp(file.url, undefined, undefined, undefined, false, true, true);
    const headers = { Authorization: `Bearer ${client.getAccessToken()}` };
    const sealed = await (await fetch(url, { headers })).arrayBuffer();
    if (base64(await crypto.subtle.digest("SHA-256", sealed)) !== file.hashes.sha256.replace(/=+$/, ""))
        throw new Error("the file is not what was sent");
    const key = await crypto.subtle.importKey("jwk", file.key, "AES-CTR", false, ["decrypt"]);
    const cipher = { name: "AES-CTR", counter: Buffer.from(file.iv, "base64"), length: 64 };
    return { text: new TextDecoder().decode(await crypto.subtle.decrypt(cipher, key, sealed)) };
}

// --- reading -------------------------------------------------------------------------

async function markRead({ room, id }) {
    await client.sendReadReceipt(await find(room, id));
    return {};
}

async function readBy({ room, id, user }) {
    await until(() => client.getRoom(room)?.hasUserReadEvent(user, id));
    return {};
}

// Once so many events of the room are unread.
async function unread({ room, count }) {
    await until(() => client.getRoom(room)?.getUnreadNotificationCount("total") === count);
    return {};
}

// --- verifying by emoji --------------------------------------------------------------

function watch(request, verifier) {
    verification = { request, verifier, done: verifier.verify() };
    verification.done.catch(() => {}); // it is awaited when the person confirms
    verifier.on("show_sas", (sas) => (verification.sas = sas));
}

async function askToVerify({ user, room }) {
    const request = await client.getCrypto().requestVerificationDM(user, room);
    await until(() => request.phase === 3); // the other person is ready
    watch(request, await request.startVerification("m.sas.v1"));
    return {};
}

async function agreeToVerify() {
    const request = await until(() => incoming);
    await request.accept();
    watch(request, await until(() => request.verifier));
    return {};
}

async function emoji() {
    const sas = await until(() => verification.sas);
    return { emoji: sas.sas.emoji.map(([sign]) => sign) };
}

async function confirm({ user }) {
    await verification.sas.confirm();
    await verification.done;
    const status = () => client.getCrypto().getUserVerificationStatus(user);
    await until(async () => (await status()).isCrossSigningVerified());
    return {};
}

// Answers once the room keys that there are have reached the backup.
async function backedUp() {
    if (!isBackedUp) await new Promise((done) => client.once("depesha.backedUp", done));
    return {};
}

const verbs = {
    ...{ login, bootstrap, restore, send, sendEvent, redact, join, read, edited, redacted, backedUp },
    ...{ sendFile, readFile, markRead, readBy, unread },
    ...{ askToVerify, agreeToVerify, emoji, confirm },
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
