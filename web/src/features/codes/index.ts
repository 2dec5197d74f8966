/** QR codes: shown, and read by the camera. */

export { CodePicture } from "./CodePicture";
export { Codes, ScanDialog, scanCode, showCode } from "./Codes";
export { namedBy } from "./data";
