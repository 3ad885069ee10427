//! Six years of an organization, generated.

use chrono::{DateTime, Utc};
use rand::RngExt;

use super::agenda::{Act, Kind};
use super::calendar::{self, DAY, HOUR};
use super::chance::weighted;
use super::trickle::Trickle;
use super::world::World;
use crate::deliver::RecordedDelivery;

/// An invented organization of twelve repositories.
#[derive(Debug)]
pub struct Organization;

impl Organization {
    /// Generates all webhooks that GitHub would have sent in the six years before `end`, in the order
    /// of sending, and the activity that follows. The same arguments give the same bytes.
    ///
    /// Fractions of a second in `end` are ignored.
    pub fn generate(seed: u64, end: DateTime<Utc>) -> (Vec<RecordedDelivery>, Trickle) {
        let mut world = World::new(seed, end.timestamp());
        world.install();
        for repository in 0..world.repositories.len() {
            plan_repository(&mut world, repository);
        }
        // Their indexes among the repositories.
        let (quarry, adze, docs) = (0, 1, 3);
        for (day, act) in [
            (851, Act::RenameRepository(docs, "docs")),
            (1003, Act::RenameLabel(quarry, "area/sync", "area/reconcile")),
            (1312, Act::RenameLabel(quarry, "needs-info", "waiting-for-author")),
            (1312, Act::RenameLabel(adze, "needs-info", "waiting-for-author")),
            (1660, Act::Transfer(Kind::Discussion)),
        ] {
            world.plan(world.begin + day * DAY + 10 * HOUR, act);
        }
        for _ in 0..9 {
            let day = world.rng.random_range(300..2180);
            world.plan(world.begin + day * DAY + 13 * HOUR, Act::Transfer(Kind::Issue));
        }
        while let Some(act) = world.next_act() {
            world.act(act);
        }
        let mut sent = std::mem::take(&mut world.sent);
        // A stable sort: deliveries of one millisecond keep their order.
        sent.sort_by_key(|recorded| recorded.at);
        (sent, Trickle::new(seed, world))
    }
}

/// Enters in the agenda what is known of a repository from the start: its founding, its releases, the
/// items that people open, and the runs of the bots.
fn plan_repository(world: &mut World, repository: usize) {
    let spec = world.repositories[repository].spec;
    let founded = world.begin + spec.born * DAY + (repository as i64 + 1) * 11 * 60;
    world.plan(founded, Act::Found(repository));
    let releases = if spec.releases { calendar::releases(&mut world.rng, founded, world.end) } else { Vec::new() };
    for &release in &releases {
        world.plan(release, Act::Release(repository));
    }
    let times = calendar::arrivals(&mut world.rng, founded, world.end, &releases, spec.items);
    for at in times {
        let kinds = [Kind::Issue, Kind::Pull, Kind::Discussion];
        let kind = kinds[weighted(&mut world.rng, &spec.kinds)];
        world.plan(at, Act::Open(repository, kind));
    }
    let first = world.rng.random_range(100..160) * DAY + 6 * HOUR;
    world.plan(founded + first, Act::Bump(repository));
    if spec.mothballed {
        world.plan(world.begin + 900 * DAY + repository as i64 * HOUR, Act::Mothball(repository));
    }
}
