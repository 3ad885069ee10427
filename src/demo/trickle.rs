//! New activity after the history, one delivery at a time.

use chrono::{DateTime, Utc};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::agenda::Kind;
use super::chance::weighted;
use super::people::Role;
use super::world::World;
use crate::deliver::RecordedDelivery;

/// The organization after its history.
#[derive(Debug, Clone)]
pub struct Trickle {
    seed: u64,
    world: World,
}

impl Trickle {
    pub(super) fn new(seed: u64, world: World) -> Self {
        Self { seed, world }
    }

    /// The delivery of one believable activity at `now`, in a public repository: most often a comment
    /// on an old item, otherwise a new item, a label, or a closing.
    ///
    /// The draw depends on the seed and on `now`, so that a second demo over the same history does not
    /// repeat the deliveries of the first.
    pub fn next(&mut self, now: DateTime<Utc>) -> RecordedDelivery {
        let world = &mut self.world;
        // The time of the world never stands still and never goes back.
        world.now = now.timestamp().max(world.now + 1);
        world.end = world.now;
        world.rng = ChaCha8Rng::seed_from_u64(self.seed.rotate_left(17) ^ world.now as u64);
        loop {
            act(world);
            let first = (!world.sent.is_empty()).then(|| world.sent.swap_remove(0));
            world.sent.clear();
            if let Some(mut recorded) = first {
                recorded.at = now;
                return recorded;
            }
        }
    }
}

/// Does something. It sends one webhook, or none if it does not fit.
fn act(world: &mut World) {
    let Some(item) = old_item(world) else {
        world.open(0, Kind::Issue);
        return;
    };
    let repository = world.items[item].repository;
    let kind = world.items[item].kind;
    let anybody = world.somebody(repository, &[Role::Maintainer, Role::Contributor, Role::User]);
    let maintainer = world.somebody(repository, &[Role::Maintainer]);
    match weighted(&mut world.rng, &[52, 14, 12, 14, 8]) {
        0 => {
            let section = if kind == Kind::Discussion { "reply" } else { "comment" };
            let text = world.phrase(repository, section);
            world.comment(item, anybody, &text);
        }
        1 => {
            let kind = if kind == Kind::Pull { Kind::Pull } else { Kind::Issue };
            world.open(repository, kind);
        }
        2 => {
            let label = world.some_label(repository);
            world.add_label(item, maintainer, label);
        }
        3 => match kind {
            Kind::Issue => world.close(item, maintainer, Some("completed")),
            Kind::Pull => world.close(item, maintainer, None),
            Kind::Discussion => world.close(item, maintainer, Some("resolved")),
        },
        _ if kind == Kind::Pull => {
            let text = world.phrase(repository, "approve");
            world.review(item, maintainer, "approved", Some(&text), &[]);
        }
        _ => {
            let to = world.somebody(repository, &[Role::Maintainer, Role::Contributor]);
            world.assign(item, maintainer, to);
        }
    }
}

/// An open item of a public repository, more often than not one that was left alone for long.
fn old_item(world: &mut World) -> Option<usize> {
    let open = (0..world.items.len())
        .filter(|&item| {
            let item = &world.items[item];
            item.open && !item.gone && item.answer.is_none() && !world.repositories[item.repository].spec.private
        })
        .collect::<Vec<_>>();
    if open.is_empty() {
        return None;
    }
    let tries = [1, 12, 60][weighted(&mut world.rng, &[35, 35, 30])];
    let age = |item: usize| {
        let item = &world.items[item];
        (world.now - item.created) / 1000 * ((world.now - item.updated) / 1000)
    };
    let drawn = (0..tries).map(|_| open[world.rng.random_range(0..open.len())]);
    drawn.collect::<Vec<_>>().into_iter().max_by_key(|&item| age(item))
}
