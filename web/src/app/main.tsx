import "../ui/tokens.css";
import "../ui/base.css";
import "../ui/controls.css";
import "../ui/overlays.css";
import { render } from "solid-js/web";
import { openClient } from "../bridge/connect";
import { applyPreferences } from "../ui/preferences";
import { showTips } from "../ui/tips";
import { App } from "./App";
import { installWorker } from "./install";

applyPreferences();
showTips();
const root = document.getElementById("app");
const client = openClient();
if (root) render(() => <App client={client} />, root);
installWorker(client);
