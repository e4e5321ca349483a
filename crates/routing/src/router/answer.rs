//! What becomes of an offer.

use super::Router;
use crate::decision::Rule;
use crate::effect::{Effect, Ignored, Release, Requeue, Withdrawal};
use crate::work_item::{Offer, Place, Token};
use crate::worker::{Presence, WorkerKind};
use throughline_model::id::{WorkItemId, WorkerId};

impl Router {
    pub(super) fn accept(&mut self, item: WorkItemId, worker: WorkerId, token: Token) {
        if let Some(offer) = self.live_offer(item, worker, token) {
            self.assign(item, worker, offer.weight, token, None);
        }
    }

    pub(super) fn decline(&mut self, item: WorkItemId, worker: WorkerId, token: Token) {
        if self.live_offer(item, worker, token).is_none() {
            return;
        }
        self.not_again(item, worker);
        self.withdraw(item, Withdrawal::Declined);
        if let Some(post) = self.workers.get_mut(&worker) {
            post.row.missed = 0;
        }
        self.touch_worker(worker);
        self.requeue(item, Requeue::Declined);
    }

    /// A worker helps themselves.
    pub(super) fn take(&mut self, item: WorkItemId, worker: WorkerId) {
        if let Some(why) = self.keeps_from_taking(item, worker) {
            self.ignore(Some(item), why);
            return;
        }
        self.pull(item, Withdrawal::Moved, Release::Cancelled);
        self.join_line(item);
        self.hand_out(item, worker, Rule::Taken, Vec::new(), Vec::new());
    }

    /// Why a worker cannot help themselves to it; nothing when they can.
    pub(super) fn keeps_from_taking(&self, item: WorkItemId, worker: WorkerId) -> Option<Ignored> {
        let Some(row) = self.item(item) else {
            return Some(Ignored::UnknownItem);
        };
        let Some(post) = self.workers.get(&worker) else {
            return Some(Ignored::UnknownWorker);
        };
        if let Some(has) = row.assignment() {
            return Some(Ignored::NotHeld {
                worker: Some(has.worker),
            });
        }
        if post.row.presence == Presence::Offline {
            return Some(Ignored::WorkerOffline);
        }
        let asked = row.worker() == Some(worker);
        let room = asked || post.has_room(row.class, &self.rules);
        (!room).then_some(Ignored::NoRoom)
    }

    /// Nobody answered in time.
    pub(super) fn miss(&mut self, item: WorkItemId) {
        let offer = self
            .work
            .get(&item)
            .and_then(|piece| piece.row.offer().copied());
        let Some(offer) = offer else {
            return;
        };
        let worker = offer.worker;
        self.not_again(item, worker);
        self.withdraw(item, Withdrawal::Missed);
        self.requeue(item, Requeue::Missed);
        let away_after = self.settings.away_after_missed;
        let Some(post) = self.workers.get_mut(&worker) else {
            return;
        };
        post.row.missed = post.row.missed.saturating_add(1);
        let missed = post.row.missed;
        let gives_up = post.row.worker.kind == WorkerKind::Human
            && post.row.presence == Presence::Available
            && away_after > 0
            && missed >= away_after;
        self.touch_worker(worker);
        if gives_up {
            let presence = Presence::Away;
            self.say(Effect::PresenceSet {
                worker,
                presence,
                missed,
            });
            self.change_presence(worker, presence);
        }
    }

    /// The offer, if the token is that of the live one. Otherwise says so.
    fn live_offer(&mut self, item: WorkItemId, worker: WorkerId, token: Token) -> Option<Offer> {
        let Some(piece) = self.work.get(&item) else {
            self.ignore(Some(item), Ignored::UnknownItem);
            return None;
        };
        let offer = piece.row.offer().copied();
        let good = offer.filter(|offer| offer.token == token && offer.worker == worker);
        // With very much due at once an offer can be over and its timer not yet done.
        if let Some(good) = good
            && good.expires_ms > self.now_ms()
        {
            return Some(good);
        }
        let live = offer.map(|offer| offer.token).filter(|_| good.is_none());
        let worker = piece.row.worker();
        self.ignore(Some(item), Ignored::StaleOffer { live, worker });
        None
    }

    /// This worker is not asked again at once.
    pub(super) fn not_again(&mut self, item: WorkItemId, worker: WorkerId) {
        let now_ms = self.now_ms();
        let until_ms = now_ms + self.settings.not_again_ms;
        if let Some(row) = self.row_mut(item) {
            row.not_again.retain(|_, until_ms| *until_ms > now_ms);
            row.not_again.insert(worker, until_ms);
        }
    }

    /// Ends an offer. The work is in no line then: the caller says where it goes.
    pub(super) fn withdraw(&mut self, item: WorkItemId, why: Withdrawal) {
        let offer = self
            .work
            .get(&item)
            .and_then(|piece| piece.row.offer().copied());
        let Some(Offer { worker, token, .. }) = offer else {
            return;
        };
        self.drop_item_timer(item);
        if let Some(row) = self.row_mut(item) {
            row.place = Place::Waiting;
        }
        if let Some(post) = self.workers.get_mut(&worker) {
            post.set_hold(item, None);
        }
        self.may_be_free(worker);
        self.say(Effect::Withdrawn {
            item,
            worker,
            token,
            why,
        });
    }
}
