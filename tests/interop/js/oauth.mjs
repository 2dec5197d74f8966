// matrix-js-sdk signs in by OAuth 2.0 and meets another device; told what to do by lines of JSON.
import "./quiet.mjs";
import { createInterface } from "node:readline";
import { createClient } from "matrix-js-sdk";
import { OAuth2 } from "matrix-js-sdk/lib/oauth/index.js";
import { QrCodeIntent, QrCodeData, initAsync } from "@matrix-org/matrix-sdk-crypto-wasm";
import { MSC4108RendezvousSession } from "matrix-js-sdk/lib/rendezvous/transports/index.js";
import { MSC4108SecureChannel } from "matrix-js-sdk/lib/rendezvous/channels/index.js";

const [, , baseUrl] = process.argv;
const redirectUri = "https://app.client.test/callback";
let oauth;
let tokens;

async function discover() {
    const metadata = await createClient({ baseUrl }).getAuthMetadata();
    const clientId = await OAuth2.registerClient(metadata, {
        client_name: "Probe",
        client_uri: "https://client.test/",
        redirect_uris: [redirectUri],
        application_type: "web",
    });
    oauth = new OAuth2(metadata, { clientId, redirectUri });
    return { account: metadata.account_management_uri };
}

async function address({ prompt }) {
    return { url: await oauth.generateAuthorizationCodeGrantUrl("S1", "fragment", prompt) };
}

async function complete({ code }) {
    tokens = await oauth.completeAuthorizationCodeGrant(code);
    return whoami();
}

async function whoami() {
    const client = createClient({ baseUrl, accessToken: tokens.access_token });
    return await client.whoami();
}

async function refresh() {
    tokens = await oauth.performRefreshTokenGrant(tokens.refresh_token);
    return whoami();
}

async function revoke() {
    await oauth.revokeToken(tokens.access_token, "access_token");
    return await whoami().then(() => ({ signedIn: true }), (e) => ({ errcode: e.errcode }));
}

let waiting;
async function beginDevice() {
    const session = await oauth.startDeviceAuthorizationGrant();
    waiting = oauth.waitForDeviceAuthorizationGrant(session);
    return { url: session.verification_uri_complete };
}

async function endDevice() {
    tokens = await waiting;
    return whoami();
}

// Two devices in one process: one shows a code, the other has scanned it.
async function meet() {
    await initAsync();
    const client = createClient({ baseUrl, accessToken: tokens.access_token });
    const shown = new MSC4108RendezvousSession({ client });
    await shown.send("");
    const here = new MSC4108SecureChannel(shown);
    const code = QrCodeData.fromBytes(await here.generateCode(QrCodeIntent.Reciprocate, "depesha.test"));
    const there = new MSC4108SecureChannel(
        new MSC4108RendezvousSession({ url: code.rendezvousUrl }),
        code.publicKey,
    );
    await Promise.all([here.connect(), there.connect()]);
    const same = here.getCheckCode() === there.getCheckCode();
    await here.secureSend({ type: "m.login.protocols", protocols: ["device_authorization_grant"] });
    const heard = await there.secureReceive();
    await here.close();
    return { same, heard };
}

const verbs = { discover, address, complete, refresh, revoke, beginDevice, endDevice, meet };
for await (const line of createInterface({ input: process.stdin })) {
    const { verb, ...fields } = JSON.parse(line);
    let answer;
    try {
        answer = await verbs[verb](fields);
    } catch (error) {
        answer = { error: `${error.stack}` };
    }
    process.stdout.write(`${JSON.stringify(answer)}\n`);
}
