// Who may import whom: base ← engine ← bridge ← features ← app, ui ← features.
const only = (name, from, allowed) => ({
  name,
  severity: "error",
  from: { path: from },
  to: { path: "^src/", pathNot: allowed },
});

module.exports = {
  forbidden: [
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    only("base-is-the-ground", "^src/base/", ["^src/base/"]),
    // The contract is types alone; the engine answers what it names.
    only("engine-knows-no-tab", "^src/engine/(?!worker)", [
      "^src/(base|engine)/",
      "^src/bridge/protocol",
    ]),
    only("protocol-is-types", "^src/bridge/protocol", ["^src/base/", "^src/engine/records"]),
    only("tab-side-sees-records", "^src/bridge/client", [
      "^src/base/",
      "^src/bridge/protocol",
      "^src/ui/",
    ]),
    only("host-sees-engine", "^src/bridge/host", ["^src/(base|engine|bridge)/"]),
    only("ui-knows-no-matrix", "^src/ui/", ["^src/(base|ui)/"]),
    only("features-see-the-bridge", "^src/features/", [
      "^src/(base|ui|bridge|features)/",
      "^src/engine/records",
    ]),
    {
      name: "features-by-their-index",
      severity: "error",
      from: { path: "^src/features/([^/]+)/" },
      to: {
        path: "^src/features/([^/]+)/",
        pathNot: ["^src/features/$1/", "^src/features/[^/]+/index"],
      },
    },
    {
      name: "tab-never-loads-the-engine",
      severity: "error",
      from: { path: "^src/(ui|features|app)/" },
      to: { path: "^src/engine/", pathNot: "^src/engine/records" },
    },
  ],
  options: {
    // TypeScript 7 has no API yet that it could read with; this one keeps imports of types too.
    parser: "swc",
    tsConfig: { fileName: "tsconfig.json" },
    doNotFollow: { path: "node_modules" },
  },
};
