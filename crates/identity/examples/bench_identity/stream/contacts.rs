//! The contacts, channel by channel: what people name, what they prove, and how well.

use super::Platform;
use crate::population::Thing;
use rand::Rng;
use throughline_identity::AssertionKind;
use throughline_identity::epoch::{NewEvidence, PhoneHistory, opens_new_epoch};
use throughline_model::assurance::Assurance;
use throughline_model::identifier::IdentifierKind;

/// Which channel a contact takes: chat, mail, SMS, call, messenger, shop.
const CHANNELS: [f64; 6] = [0.37, 0.30, 0.12, 0.14, 0.05, 0.02];
/// Chats on a kiosk. A kiosk is one visitor for ever.
const AT_KIOSK: f64 = 0.01;
/// Chats after which the browser becomes a new visitor, by log-out or lost cookies.
const VISITOR_ENDS: f64 = 0.5;
/// What happens in a chat: the person logs in; otherwise names an address; proves it by a code;
/// proves a phone by a code.
const LOGS_IN: f64 = 0.5;
const NAMES_EMAIL: f64 = 0.7;
const PROVES_EMAIL: f64 = 0.25;
const PROVES_PHONE: f64 = 0.15;
/// Codes to a landline or switchboard, by a voice call.
const PROVES_LINE: f64 = 0.02;
/// Mail or SMS in which the person also names, or proves by a code, another way to reach them.
const NAMES_OTHER: f64 = 0.12;
const PROVES_OTHER: f64 = 0.06;
/// Calls from a landline or switchboard if there is one; calls in which the caller names an address
/// or account; calls in which a code to their mobile proves it.
const CALLS_FROM_LINE: f64 = 0.4;
const CALLER_NAMES: f64 = 0.5;
const CALLER_PROVES: f64 = 0.2;
/// Addresses typed wrongly, and how many of the wrong ones are somebody else's.
const TYPO: f64 = 0.03;
const TYPO_HITS: f64 = 0.1;
/// Accounts whose mobile the business has confirmed itself.
const ACCOUNT_HAS_PHONE: f64 = 0.5;
/// Chats in which somebody also proves what belongs to another member of the household, because they
/// help them out ("the code went to my wife's mail").
const HELPS_OUT: f64 = 0.001;
/// Attempts to be somebody else that come with a real proof (a stolen mailbox, a swapped SIM).
const ATTACK_PROVES: f64 = 0.01;

impl Platform<'_> {
    pub(super) fn contact(&mut self, who: usize) {
        self.stream.contacts += 1;
        let mut dice: f64 = self.rng.random();
        let mut channel = 0;
        while channel + 1 < CHANNELS.len() && dice >= CHANNELS[channel] {
            dice -= CHANNELS[channel];
            channel += 1;
        }
        match channel {
            0 => self.chat(who),
            1 => self.mail(who),
            2 => self.text(who),
            3 => self.call(who),
            4 => self.messenger(who),
            _ => self.shop(who),
        }
    }

    /// The visitor `who` chats as today.
    fn visitor(&mut self, who: usize) -> usize {
        if self.chance(AT_KIOSK) {
            let kiosk = self.rng.random_range(0..self.kiosks.len());
            let visitor = self.kiosks[kiosk];
            self.stream.users[visitor].insert(who);
            return visitor;
        }
        let Some(device) = self.pick(&self.person(who).devices) else {
            return self.new_node(IdentifierKind::Visitor);
        };
        let visitor = match self.visitor_on.get(&device) {
            Some(visitor) => *visitor,
            None => self.new_node(IdentifierKind::Visitor),
        };
        self.visitor_on.insert(device, visitor);
        self.stream.users[visitor].insert(who);
        let device_node = self.used(who, device);
        self.assert(AssertionKind::Observed, device_node, visitor, 0, None);
        if self.chance(VISITOR_ENDS) {
            self.visitor_on.remove(&device);
        }
        visitor
    }

    fn chat(&mut self, who: usize) {
        let visitor = self.visitor(who);
        let person = self.person(who);
        let account = if self.chance(LOGS_IN) {
            self.pick(&person.accounts)
        } else {
            None
        };
        let mut holder = None;
        if let Some(account) = account {
            holder = Some(self.log_in(who, visitor, account));
        } else if let Some(email) = self.pick(&person.emails) {
            if self.chance(PROVES_EMAIL) {
                let email = self.used(who, email);
                self.assert(AssertionKind::Verified, visitor, email, 2, Some(who));
                holder = Some(email);
            } else if self.chance(NAMES_EMAIL) {
                self.claims_email(who, visitor, email);
            }
        }
        if self.chance(PROVES_PHONE)
            && let Some(phone) = self.pick(&person.phones)
        {
            self.prove_phone(who, visitor, phone, holder);
        } else if self.chance(PROVES_LINE)
            && let Some(line) = self.pick(&person.lines)
        {
            self.prove_phone(who, visitor, line, holder);
        }
        if self.chance(HELPS_OUT) {
            self.help_out(who, visitor);
        }
    }

    /// A log-in proves the account to the visitor; the account's signed token vouches for its address
    /// and for the mobile the business has confirmed.
    fn log_in(&mut self, who: usize, visitor: usize, account: Thing) -> usize {
        let node = self.used(who, account);
        self.assert(AssertionKind::Verified, visitor, node, 2, Some(who));
        let owner = self.owner(who, account);
        // It is the owner's, and so are its data, whoever logs in.
        self.stream.users[node].extend(owner);
        if let Some(owner) = owner.filter(|_| self.vouched.insert(account)) {
            if let Some(email) = self.pick(&self.person(owner).emails) {
                let email = self.used(owner, email);
                self.assert(AssertionKind::Verified, node, email, 2, Some(owner));
            }
            if self.chance(ACCOUNT_HAS_PHONE)
                && let Some(phone) = self.pick(&self.person(owner).phones)
            {
                self.prove_phone(owner, node, phone, Some(node));
            }
        }
        node
    }

    /// Who opened an account that `who` uses: the first member of the household who has it.
    fn owner(&self, who: usize, account: Thing) -> Option<usize> {
        let mut household = self.population.households[self.person(who).household].clone();
        household.find(|one| {
            self.person(*one)
                .accounts
                .iter()
                .any(|used| used.thing == account)
        })
    }

    fn claims_email(&mut self, who: usize, from: usize, email: Thing) {
        if !self.chance(TYPO) {
            let email = self.used(who, email);
            self.assert(AssertionKind::Claimed, from, email, 0, Some(who));
        } else if self.chance(TYPO_HITS) {
            let somebody = self.rng.random_range(0..self.population.people.len());
            if let Some(email) = self.pick(&self.person(somebody).emails) {
                let email = self.used(somebody, email);
                self.assert(AssertionKind::Claimed, from, email, 0, None);
            }
        } else {
            let nobodys = self.new_node(IdentifierKind::Email);
            self.assert(AssertionKind::Claimed, from, nobodys, 0, None);
        }
    }

    /// A code proves `phone` to `with`; a number that changed hands gets a new node.
    fn prove_phone(&mut self, who: usize, with: usize, phone: Thing, holder: Option<usize>) {
        let mut node = self.node(phone);
        let at = self.clock.now();
        let known = self.history.get(&node).copied().unwrap_or_default();
        let evidence = NewEvidence {
            at,
            assurance: Assurance::PROVEN,
            holder: holder.map(|node| self.customer(node)),
        };
        let history = PhoneHistory {
            last_evidence_at: known.last_evidence_at,
            holder: known.holder.map(|node| self.customer(node)),
            disconnected_at: None,
        };
        if opens_new_epoch(&history, &evidence, self.rules) {
            self.stream.epochs_opened += 1;
            node = self.new_node(IdentifierKind::Phone);
            self.node_of.insert(phone, node);
        }
        let history = self.history.entry(node).or_default();
        history.last_evidence_at = Some(at);
        history.holder = history.holder.or(holder);
        self.stream.users[node].insert(who);
        self.assert(AssertionKind::Verified, with, node, 2, Some(who));
    }

    /// Any use of a number keeps its epoch alive.
    fn uses_phone(&mut self, who: usize, phone: Thing) -> usize {
        let node = self.used(who, phone);
        self.history.entry(node).or_default().last_evidence_at = Some(self.clock.now());
        node
    }

    fn help_out(&mut self, who: usize, visitor: usize) {
        let household = self.population.households[self.person(who).household].clone();
        let other = self.rng.random_range(household);
        if other != who
            && let Some(email) = self.pick(&self.person(other).emails)
        {
            let email = self.used(other, email);
            self.assert(AssertionKind::Verified, visitor, email, 2, None);
        }
    }

    fn mail(&mut self, who: usize) {
        let person = self.person(who);
        let Some(email) = self.pick(&person.emails) else {
            return;
        };
        let email = self.used(who, email);
        if self.chance(PROVES_OTHER)
            && let Some(phone) = self.pick(&person.phones)
        {
            // A code by SMS and a link by mail, so both are proven.
            self.prove_phone(who, email, phone, Some(email));
        } else if self.chance(NAMES_OTHER)
            && let Some(phone) = self.pick(&person.phones)
        {
            let phone = self.uses_phone(who, phone);
            self.assert(AssertionKind::Claimed, email, phone, 0, Some(who));
        }
    }

    fn text(&mut self, who: usize) {
        let person = self.person(who);
        let Some(phone) = self.pick(&person.phones) else {
            return;
        };
        let Some(email) = self.pick(&person.emails) else {
            return;
        };
        if self.chance(PROVES_OTHER) {
            let email = self.used(who, email);
            self.prove_phone(who, email, phone, Some(email));
        } else {
            let phone = self.uses_phone(who, phone);
            if self.chance(NAMES_OTHER) {
                self.claims_email(who, phone, email);
            }
        }
    }

    fn call(&mut self, who: usize) {
        let person = self.person(who);
        let line = if self.chance(CALLS_FROM_LINE) {
            self.pick(&person.lines)
        } else {
            None
        };
        let Some(from) = line.or_else(|| self.pick(&person.phones)) else {
            return;
        };
        let from = self.uses_phone(who, from);
        if self.chance(CALLER_NAMES) {
            match self
                .pick(&person.accounts)
                .filter(|_| self.rng.random_bool(0.5))
            {
                Some(account) => {
                    let account = self.used(who, account);
                    self.assert(AssertionKind::Claimed, from, account, 0, Some(who));
                }
                None => {
                    if let Some(email) = self.pick(&person.emails) {
                        self.claims_email(who, from, email);
                    }
                }
            }
        }
        // The code proves the mobile, but the line they call from is only vouched for by its carrier.
        if self.chance(CALLER_PROVES)
            && let Some(mobile) = self.pick(&person.phones)
        {
            let mobile = self.uses_phone(who, mobile);
            self.assert(AssertionKind::Verified, from, mobile, 1, Some(who));
        }
    }

    fn messenger(&mut self, who: usize) {
        let person = self.person(who);
        let Some(handle) = self.pick(&person.socials) else {
            return;
        };
        let handle = self.used(who, handle);
        let Some(phone) = self.pick(&person.phones) else {
            return;
        };
        if self.chance(PROVES_PHONE) {
            self.prove_phone(who, handle, phone, Some(handle));
        } else if self.chance(NAMES_OTHER)
            && let Some(email) = self.pick(&person.emails)
        {
            self.claims_email(who, handle, email);
        }
    }

    /// A member of staff checks a document, which only the account's owner has, and confirms the
    /// address they give.
    fn shop(&mut self, who: usize) {
        let person = self.person(who);
        let Some(account) = self
            .pick(&person.accounts)
            .filter(|&account| self.owner(who, account) == Some(who))
        else {
            return;
        };
        let account = self.used(who, account);
        if let Some(email) = self.pick(&person.emails) {
            let email = self.used(who, email);
            self.assert(AssertionKind::Verified, account, email, 3, Some(who));
        }
    }

    pub(super) fn attack(&mut self, who: usize) {
        let visitor = self.new_node(IdentifierKind::Visitor);
        self.stream.users[visitor].insert(who);
        let victim = self.rng.random_range(0..self.population.people.len());
        let Some(email) = self.pick(&self.person(victim).emails) else {
            return;
        };
        let email = self.used(victim, email);
        let (kind, level) = if self.chance(ATTACK_PROVES) {
            (AssertionKind::Verified, 2)
        } else {
            (AssertionKind::Claimed, 0)
        };
        self.assert(kind, visitor, email, level, None);
        // Attackers reach us somehow themselves, and some of them prove their own address, too.
        if self.chance(0.3)
            && let Some(own) = self.pick(&self.person(who).emails)
        {
            let own = self.used(who, own);
            self.assert(AssertionKind::Verified, visitor, own, 2, None);
        }
    }
}
