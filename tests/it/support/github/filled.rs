//! A world with years of history in it.

use chrono::Duration;

use super::world::{Kind, World};

impl World {
    /// Fills an account with years of items, a quarter of them open. The repositories differ in size: one
    /// has a fifth of all items, some have none.
    pub fn fill(&mut self, account_id: i64, repositories: usize, items: usize) {
        let mut random = Random(7);
        let repos: Vec<i64> =
            (0..repositories).map(|at| self.repository(account_id, &format!("repo-{at:03}"))).collect();
        for repo in &repos {
            for at in 0..4 {
                self.label_of(*repo, &format!("label-{at}"));
            }
        }
        for at in 0..items {
            let nth = if at % 5 == 0 { 0 } else { random.below(repositories * 9 / 10) };
            let (repo, age) = (repos[nth], Duration::minutes(random.below(5 * 365 * 1_440) as i64));
            let kind = [Kind::Issue, Kind::Issue, Kind::Pull, Kind::Pull, Kind::Discussion][random.below(5)];
            let created_at = self.now - age;
            let number = self.put(
                repo,
                kind,
                &format!("Item {at}"),
                ["ada", "linus", "dependabot[bot]"][random.below(3)],
                created_at,
            );
            let label = self.repositories[&repo].labels.keys().nth(random.below(4)).copied();
            let item = self.repositories.get_mut(&repo).unwrap().items.get_mut(&number).unwrap();
            item.updated_at =
                created_at + Duration::seconds((age.num_seconds() as f64 * random.below(100) as f64 / 100.0) as i64);
            item.comments = random.below(9) as i64;
            item.open = random.below(4) == 0;
            item.closed_at = (!item.open).then_some(item.updated_at);
            item.labels.extend(label.filter(|_| at % 3 == 0));
        }
    }
}

/// Random numbers that are the same each time (the generator of Numerical Recipes).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % limit.max(1)
    }
}
