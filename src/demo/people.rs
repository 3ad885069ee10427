//! The people and bots of the organization; all of them are invented.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::chance::weighted;

/// A person's part in the organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Maintainer,
    Contributor,
    User,
    Bot,
}

/// Somebody who acts on GitHub.
#[derive(Debug, Clone)]
pub(super) struct Person {
    pub(super) login: &'static str,
    pub(super) id: u64,
    pub(super) role: Role,
    /// How much they do, compared with the others.
    weight: u32,
    /// From when to when they are around, in percent of the six years.
    around: (i64, i64),
    /// The repositories that a maintainer looks after.
    home: &'static [&'static str],
}

impl Person {
    /// The author association that GitHub shows for them.
    pub(super) fn association(&self) -> &'static str {
        match self.role {
            Role::Maintainer => "MEMBER",
            Role::Contributor | Role::Bot => "CONTRIBUTOR",
            Role::User => "NONE",
        }
    }
}

/// Opens pull requests that update dependencies.
pub(super) const DEPWRIGHT: &str = "depwright[bot]";
/// Comments on issues that nobody has touched for long.
pub(super) const MOTHBALL: &str = "mothball[bot]";
/// Comments on new pull requests.
pub(super) const CI: &str = "quarry-ci[bot]";
/// Carries merged fixes over to the previous release.
pub(super) const MULE: &str = "backport-mule[bot]";

/// Draws a person of these roles who is around at `part` percent of the six years. A maintainer is six
/// times as likely in a repository that they look after.
pub(super) fn somebody(rng: &mut ChaCha8Rng, people: &[Person], roles: &[Role], part: i64, repository: &str) -> usize {
    let weights = people
        .iter()
        .map(|person| {
            let (from, to) = person.around;
            if !roles.contains(&person.role) || !(from..=to).contains(&part) {
                0
            } else if person.home.contains(&repository) {
                person.weight * 6
            } else {
                person.weight
            }
        })
        .collect::<Vec<_>>();
    weighted(rng, &weights)
}

/// All people and bots, with ids.
pub(super) fn everybody(rng: &mut ChaCha8Rng) -> Vec<Person> {
    use Role::{Bot, Contributor, Maintainer, User};
    let mut people = Vec::new();
    let mut add = |role, login, weight, from, to, home| {
        // Ids grow roughly in the order of signing up.
        let id = 9_000_000 + from as u64 * 800_000 + rng.random_range(0..9_000_000_u64);
        people.push(Person { login, id, role, weight, around: (from, to), home });
    };
    for &(login, weight, from, to, home) in MAINTAINERS {
        add(Maintainer, login, weight, from, to, home);
    }
    for &(login, weight, from, to) in CONTRIBUTORS {
        add(Contributor, login, weight, from, to, &[]);
    }
    for &(login, weight, from, to) in USERS {
        add(User, login, weight, from, to, &[]);
    }
    for login in [DEPWRIGHT, MOTHBALL, CI, MULE] {
        add(Bot, login, 0, 0, 100, &[]);
    }
    people
}

type Maintainers = [(&'static str, u32, i64, i64, &'static [&'static str])];
type Others = [(&'static str, u32, i64, i64)];

const MAINTAINERS: &Maintainers = &[
    ("wrenfield", 100, 0, 100, &["quarry", "community", "security-triage"]),
    ("halvard-n", 70, 0, 100, &["quarry", "adze"]),
    ("odessa-kline", 55, 0, 64, &["adze", "docs"]),
    ("tamsin-roe", 45, 8, 100, &["docs", "community", "slate"]),
    ("bertrand-ilo", 40, 12, 100, &["plumbline", "security-triage"]),
    ("kofi-marrow", 40, 20, 100, &["gantry", "cairn"]),
    ("yuna-sarrazin", 38, 28, 100, &["cairn", "charts"]),
    ("pelle-quist", 50, 40, 100, &["drystone"]),
    ("imre-dovbush", 30, 42, 88, &["drystone", "gantry"]),
    ("calla-nwosu", 34, 33, 100, &["slate"]),
    ("rafe-underhill", 18, 0, 30, &["quarry", "charts"]),
    ("sunniva-lark", 22, 55, 100, &["terraform-provider", "charts"]),
];

const CONTRIBUTORS: &Others = &[
    ("pixelmoss", 30, 0, 100),
    ("g-ostrander", 26, 5, 70),
    ("mirela-tanase-x", 22, 10, 100),
    ("deckhand42", 20, 15, 60),
    ("anouk-verhey", 18, 22, 100),
    ("tinsmith-io", 16, 0, 45),
    ("jorunn-b", 14, 30, 100),
    ("lowtide-labs", 14, 35, 95),
    ("esteban-rook", 12, 18, 50),
    ("quillfeather", 11, 44, 100),
    ("zdenka-h", 10, 0, 36),
    ("noor-adebayo-k", 10, 50, 100),
    ("brackenridge-t", 9, 26, 75),
    ("fogbank", 8, 60, 100),
    ("hollis-gray-dev", 7, 12, 40),
    ("vesper-lindholm", 7, 66, 100),
    ("marlowe-p", 6, 38, 80),
    ("ilse-thorvald", 5, 72, 100),
];

const USERS: &Others = &[
    ("ops-at-brightwater", 16, 0, 100),
    ("kestrel-admin", 14, 6, 80),
    ("sre-melinda", 13, 20, 100),
    ("platform-juno", 12, 35, 100),
    ("bogdan-runs-prod", 11, 10, 60),
    ("nightshift-nils", 10, 0, 40),
    ("cluster-whisperer", 9, 25, 90),
    ("yamlsmith", 9, 0, 100),
    ("thirdfloor-it", 8, 40, 100),
    ("petra-on-call", 8, 15, 55),
    ("aurelio-99", 7, 50, 100),
    ("mossandstone", 7, 0, 100),
    ("gridlock-greta", 6, 30, 70),
    ("devops-dunstan", 6, 45, 100),
    ("frostbyte-k", 5, 5, 35),
    ("lena-infra", 5, 58, 100),
    ("tobias-w-ops", 5, 0, 28),
    ("harbour-systems", 4, 20, 100),
    ("redkite-sysadmin", 4, 62, 100),
    ("jun-at-scale", 4, 33, 77),
    ("bare-metal-bea", 3, 0, 100),
    ("oskar-lund-it", 3, 48, 100),
    ("edge-case-eddie", 3, 12, 90),
    ("priya-clusterops", 3, 70, 100),
    ("tuesday-deploys", 2, 18, 66),
    ("granite-gus", 2, 0, 100),
    ("rollback-rosa", 2, 55, 100),
    ("one-node-otto", 2, 24, 100),
    ("airgap-agnes", 2, 80, 100),
    ("quota-quentin", 1, 36, 100),
];
