//! Beginning a view's next round once nothing of the present one is left to read.
//!
//! A view has two rounds at a time: one of those who see all repositories, and one of everybody else, which goes by
//! what is public alone. Mostly they begin together. Where nothing in a view is public, those who see something private
//! have a round of their own.
//!
//! What closes elsewhere can end a round as well. That is noticed when the next scrub opens.

use crate::activity::Sight;
use crate::scrub::{Track, View};
use crate::service::{LONGEST_WAIT, Refusal, Service, Viewer};
use crate::store::scrubs::act::{self, Over, Request};
use crate::store::scrubs::read;

/// Which rounds are looked at: what was done with something hidden must not begin one for those who do not see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tracks {
    pub whole: bool,
    pub public: bool,
}

impl Tracks {
    pub const BOTH: Tracks = Tracks { whole: true, public: true };

    /// Those that a reading may end of an item that is public, or is not.
    pub fn ended_by(public: bool) -> Self {
        Self { whole: true, public }
    }
}

impl Service {
    /// Begins the next rounds of each view that scrubs read, if the present ones have nothing left.
    /// `position` is that of the reading that may have been the last.
    pub(crate) async fn begin_due_rounds(
        &self,
        account_id: i64,
        tracks: Tracks,
        position: i64,
        request: &Request,
    ) -> Result<(), Refusal> {
        for view in read::views_in_use(&self.0.pool, account_id).await? {
            self.begin_rounds_if_due(account_id, &view, tracks, position, request).await?;
        }
        Ok(())
    }

    /// The same for one view. A view that no longer exists has no rounds.
    pub(super) async fn begin_rounds_if_due(
        &self,
        account_id: i64,
        view: &str,
        tracks: Tracks,
        position: i64,
        request: &Request,
    ) -> Result<(), Refusal> {
        if tracks == (Tracks { whole: false, public: false }) {
            return Ok(());
        }
        let view = match self.view(account_id, view).await {
            Ok((_, view)) => view,
            // Nor does one that names a group which is no more.
            Err(Refusal::UnknownView | Refusal::BadParameter { .. }) => return Ok(()),
            Err(refusal) => return Err(refusal),
        };
        let date = self.today();
        let Ok(filter) = view.filter(date, self.zone()) else { return Ok(()) };
        let reached = tokio::time::timeout(LONGEST_WAIT, self.0.live.reached(account_id, position)).await;
        // If the ranking is behind, the opening of the next scrub looks again.
        if reached.is_err() || !filter.open_only() {
            return Ok(());
        }
        let on = (date, view.order);
        let over = async |track: Track, sight: Sight| -> Result<Option<i64>, Refusal> {
            let round = read::round(&self.0.pool, account_id, &view.name, track, None).await?;
            let unread = filter.clone().unread_since(round.started);
            let left = self.places(account_id, sight.clone(), on, unread, 1).await?.total > 0;
            let over = !left && self.places(account_id, sight, on, filter.clone(), 1).await?.total > 0;
            Ok(over.then_some(round.started))
        };
        let over = Over {
            whole: if tracks.whole { over(Track::Whole, Sight::All).await? } else { None },
            public: if tracks.public { over(Track::Public, Sight::Public).await? } else { None },
        };
        if over.whole.is_some() || over.public.is_some() {
            act::begin_rounds(&self.0.pool, account_id, &view.name, over, request).await?;
        }
        Ok(())
    }

    /// Begins the next round of a view of which nothing is public, for those who see something private, if the viewer
    /// has nothing left of it. Where something is public, their rounds are those of the public.
    pub(super) async fn begin_people_round_if_due(
        &self,
        viewer: &Viewer,
        account_id: i64,
        view: &View,
        request: &Request,
    ) -> Result<(), Refusal> {
        let (date, sight) = (self.today(), viewer.sight());
        let (filter, on) = (view.filter(date, self.zone())?, (date, view.order));
        let round = read::round(&self.0.pool, account_id, &view.name, Track::People, None).await?;
        let unread = filter.clone().unread_since(round.started);
        for (sight, filter, any) in
            [(sight.clone(), unread, false), (Sight::Public, filter.clone(), false), (sight, filter, true)]
        {
            if (self.places(account_id, sight, on, filter, 1).await?.total > 0) != any {
                return Ok(());
            }
        }
        act::begin_round_for_people(&self.0.pool, account_id, &view.name, round.started, request).await?;
        Ok(())
    }
}
