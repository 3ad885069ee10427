//! What each repository of the organization is like.

/// A repository, before anything happens in it.
#[derive(Debug)]
pub(super) struct Spec {
    pub(super) name: &'static str,
    pub(super) description: &'static str,
    /// Days after the beginning when it is created; 0 if it exists when the App is installed.
    pub(super) born: i64,
    pub(super) private: bool,
    /// How many items people open in it.
    pub(super) items: u32,
    /// Of a hundred items: issues, pull requests, discussions.
    pub(super) kinds: [u32; 3],
    /// Days between two runs of the dependency updater, and the most pull requests of one run.
    pub(super) bumps: (i64, u32),
    /// Whether it has versions of its own; otherwise its texts use those of the first repository.
    pub(super) releases: bool,
    /// Whether a bot comments on forgotten issues.
    pub(super) mothballed: bool,
    /// Whether a bot comments on new pull requests.
    pub(super) previews: bool,
    /// Its labels besides the common ones.
    pub(super) areas: &'static [&'static str],
    pub(super) words: &'static str,
}

/// The former name of the repository `docs`.
pub(super) const DOCS_BEFORE: &str = "website";

const COMMON: Spec = Spec {
    name: "",
    description: "",
    born: 0,
    private: false,
    items: 0,
    kinds: [60, 40, 0],
    bumps: (40, 3),
    releases: true,
    mothballed: false,
    previews: false,
    areas: &[],
    words: "",
};

pub(super) const REPOSITORIES: [Spec; 12] = [
    Spec {
        name: "quarry",
        description: "Declarative rollouts for Kubernetes, with gates that people approve",
        items: 690,
        kinds: [62, 26, 12],
        bumps: (70, 5),
        mothballed: true,
        previews: true,
        areas: &["area/rollout", "area/drift", "area/gates", "area/sync", "area/api"],
        words: include_str!("words/quarry.txt"),
        ..COMMON
    },
    Spec {
        name: "adze",
        description: "The command line of quarry",
        items: 270,
        kinds: [60, 30, 10],
        bumps: (100, 4),
        mothballed: true,
        areas: &["area/output", "area/plugins", "area/windows"],
        words: include_str!("words/adze.txt"),
        ..COMMON
    },
    Spec {
        name: "charts",
        description: "Helm charts",
        items: 150,
        kinds: [52, 48, 0],
        bumps: (130, 3),
        mothballed: true,
        areas: &["chart/quarry", "chart/cairn", "chart/gantry"],
        words: include_str!("words/charts.txt"),
        ..COMMON
    },
    Spec {
        name: "docs",
        description: "The documentation of all projects",
        items: 165,
        kinds: [55, 45, 0],
        bumps: (130, 3),
        releases: false,
        previews: true,
        areas: &["page/guide", "page/reference", "site"],
        words: include_str!("words/docs.txt"),
        ..COMMON
    },
    Spec {
        name: "community",
        description: "Governance, meetings, and where everybody may ask",
        born: 41,
        items: 80,
        kinds: [34, 16, 50],
        bumps: (500, 1),
        releases: false,
        areas: &["membership", "meeting"],
        words: include_str!("words/community.txt"),
        ..COMMON
    },
    Spec {
        name: "plumbline",
        description: "Policies for clusters that are meant to stay straight",
        born: 252,
        items: 215,
        kinds: [66, 34, 0],
        bumps: (120, 3),
        areas: &["area/engine", "area/reports", "area/library"],
        words: include_str!("words/plumbline.txt"),
        ..COMMON
    },
    Spec {
        name: "gantry",
        description: "A node agent that brings images before they are needed",
        born: 418,
        items: 210,
        kinds: [66, 34, 0],
        bumps: (100, 4),
        areas: &["area/p2p", "area/cache", "area/containerd"],
        words: include_str!("words/gantry.txt"),
        ..COMMON
    },
    Spec {
        name: "security-triage",
        description: "Reports that are not public yet",
        born: 500,
        private: true,
        items: 40,
        kinds: [100, 0, 0],
        bumps: (900, 1),
        releases: false,
        areas: &["embargoed", "severity/high"],
        words: include_str!("words/security-triage.txt"),
        ..COMMON
    },
    Spec {
        name: "cairn",
        description: "An OCI registry with a memory",
        born: 604,
        items: 195,
        kinds: [66, 34, 0],
        bumps: (100, 4),
        areas: &["area/storage", "area/gc", "area/auth"],
        words: include_str!("words/cairn.txt"),
        ..COMMON
    },
    Spec {
        name: "slate",
        description: "The dashboard",
        born: 702,
        items: 210,
        kinds: [58, 32, 10],
        bumps: (60, 6),
        previews: true,
        areas: &["area/graph", "a11y", "design"],
        words: include_str!("words/slate.txt"),
        ..COMMON
    },
    Spec {
        name: "drystone",
        description: "A gateway that is fast and says why",
        born: 905,
        items: 235,
        kinds: [57, 31, 12],
        bumps: (60, 6),
        areas: &["area/tls", "area/http", "area/gateway-api", "performance"],
        words: include_str!("words/drystone.txt"),
        ..COMMON
    },
    Spec {
        name: "terraform-provider",
        description: "Quarry for Terraform",
        born: 1110,
        items: 85,
        kinds: [62, 38, 0],
        bumps: (120, 3),
        areas: &["resource/workload", "resource/tenant"],
        words: include_str!("words/terraform-provider.txt"),
        ..COMMON
    },
];
