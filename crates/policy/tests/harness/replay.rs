//! Correct and wrong actions of the public data, decided on every channel.

use super::mutants;
use super::retail::{Shop, Task, known};
use std::collections::BTreeMap;
use throughline_model::channel::Channel;
use throughline_policy::facts::Session;
use throughline_policy::{Decision, Policy, Request};

/// What a replay came to.
#[derive(Default)]
pub struct Outcome {
    /// Correct actions, and how many of them were permitted.
    pub actions: usize,
    pub permitted: usize,
    /// The correct actions that were denied: how often for which rules.
    pub denied_for: BTreeMap<String, usize>,
    /// Wrong actions and how many of them were denied, by what is wrong.
    pub mutants: BTreeMap<&'static str, (usize, usize)>,
    /// Wrong actions that were permitted, or denied without a reason.
    pub leaks: Vec<String>,
    /// Requests decided on every channel, and those where any two decisions differed.
    pub on_channels: usize,
    pub differing: usize,
}

impl Outcome {
    /// Wrong actions, and how many were denied.
    pub fn mutants(&self) -> (usize, usize) {
        let sums = self.mutants.values();
        sums.fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1))
    }
}

/// Somebody in contact on a channel, as the host knows them.
struct Contact<'a> {
    #[expect(
        dead_code,
        reason = "that nothing reads it is what the replay is about"
    )]
    channel: Channel,
    session: &'a Session,
}

impl Contact<'_> {
    /// What the host hands on. The facts have no room for a channel.
    fn request(&self, wanted: &Request) -> Request {
        Request {
            session: self.session.clone(),
            ..wanted.clone()
        }
    }
}

/// Replays all tasks; a permitted action changes the shop for the next one of its task.
pub fn run(policy: &Policy, shop: &Shop, tasks: &[Task]) -> Outcome {
    let mut outcome = Outcome::default();
    for task in tasks {
        let mut shop = shop.clone();
        for call in &task.actions {
            let request = shop.request(&known(&task.user_id), call);
            let decision = outcome.decide(policy, &request);
            outcome.actions += 1;
            if !decision.allowed {
                let rules: Vec<&str> = decision.rule_ids().collect();
                *outcome.denied_for.entry(rules.join(" ")).or_default() += 1;
                continue;
            }
            outcome.permitted += 1;
            for mutant in mutants::of(&shop, &task.user_id, call) {
                outcome.check(policy, &mutant);
            }
            shop.carry_out(call);
        }
    }
    outcome
}

impl Outcome {
    fn check(&mut self, policy: &Policy, mutant: &mutants::Mutant) {
        let decision = self.decide(policy, &mutant.request);
        let count = self.mutants.entry(mutant.wrong).or_default();
        count.0 += 1;
        count.1 += usize::from(!decision.allowed);
        let built_in = |id: &str| id.starts_with("policy.");
        if decision.allowed || decision.rule_ids().any(built_in) {
            let request = &mutant.request;
            let arguments = serde_json::to_string(&request.arguments);
            self.leaks.push(format!(
                "{}: {} {}",
                mutant.wrong,
                request.action,
                arguments.unwrap_or_default()
            ));
        }
    }

    /// Decides on every channel.
    fn decide(&mut self, policy: &Policy, request: &Request) -> Decision {
        let decisions = Channel::ALL.iter().map(|channel| {
            let contact = Contact {
                channel: *channel,
                session: &request.session,
            };
            policy.decide(&contact.request(request))
        });
        let decisions: Vec<Decision> = decisions.collect();
        self.on_channels += 1;
        self.differing += usize::from(decisions.iter().any(|one| one != &decisions[0]));
        decisions[0].clone()
    }
}
