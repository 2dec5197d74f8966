// A person with matrix-js-sdk, told what to do by lines of JSON; each is answered by one.
import "./quiet.mjs";
import "fake-indexeddb/auto";
import { createInterface } from "node:readline";
import { createClient } from "matrix-js-sdk";

const [, , baseUrl, user, password] = process.argv;
let client;
let secretKey;
let isBackedUp = false;

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

const text = (room, id) => {
    const event = client.getRoom(room)?.findEventById(id);
    return event && !event.isDecryptionFailure() && event.getContent().body;
};

// The text of an event, once it has come and can be read.
async function read({ room, id }) {
    while (!text(room, id)) await new Promise((done) => client.once("sync", done));
    return { body: text(room, id) };
}

// Answers once the room keys that there are have reached the backup.
async function backedUp() {
    if (!isBackedUp) await new Promise((done) => client.once("depesha.backedUp", done));
    return {};
}

const verbs = { login, bootstrap, restore, send, join, read, backedUp };

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
