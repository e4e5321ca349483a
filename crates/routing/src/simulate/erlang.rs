//! What queueing theory says of one pool of equal agents.

/// What is expected of a centre in the long run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Expected {
    /// The share of customers who wait at all.
    pub waiting: f64,
    /// How long customers wait on average, those who do not wait or give up included, in seconds.
    pub wait_s: f64,
    /// The share answered within the wanted time; nothing where theory has no simple answer.
    pub in_time: Option<f64>,
    /// The share who give up.
    pub abandoned: f64,
}

/// Erlang C: calls arrive at random, nobody gives up.
///
/// `per_hour` calls of `handle_s` seconds on average meet `agents`; answered in time means within
/// `within_s`. Nothing when there are too few agents ever to catch up. A. K. Erlang, 1917; the
/// recursion is that of the loss formula B, from which C follows.
pub fn erlang_c(per_hour: f64, handle_s: f64, agents: u32, within_s: f64) -> Option<Expected> {
    let load = per_hour * handle_s / 3_600.0;
    let spare = f64::from(agents) - load;
    if spare <= 0.0 {
        return None;
    }
    let blocked = (1..=agents).fold(1.0, |blocked, agent| {
        load * blocked / (f64::from(agent) + load * blocked)
    });
    let waiting = blocked / (1.0 - (load / f64::from(agents)) * (1.0 - blocked));
    Some(Expected {
        waiting,
        wait_s: waiting * handle_s / spare,
        in_time: Some(1.0 - waiting * (-spare * within_s / handle_s).exp()),
        abandoned: 0.0,
    })
}

/// Erlang A: as [`erlang_c`], and each customer gives up after `patience_s` seconds on average
/// (C. Palm, 1957). Solved as a birth-and-death process.
pub fn erlang_a(per_hour: f64, handle_s: f64, agents: u32, patience_s: f64) -> Expected {
    let (arrivals, ends, leaves) = (per_hour / 3_600.0, 1.0 / handle_s, 1.0 / patience_s);
    let all = f64::from(agents);
    // Weights relative to all agents being busy and nobody waiting: below, and above.
    let mut weight = 1.0;
    let mut below = 0.0;
    for busy in (1..=agents).rev() {
        weight *= f64::from(busy) * ends / arrivals;
        below += weight;
    }
    let (mut weight, mut at_or_above, mut queue) = (1.0, 1.0, 0.0);
    let mut waiting = 0.0;
    while weight > 1e-18 * at_or_above {
        waiting += 1.0;
        weight *= arrivals / (all * ends + waiting * leaves);
        at_or_above += weight;
        queue += waiting * weight;
    }
    let total = below + at_or_above;
    let queue = queue / total;
    Expected {
        waiting: at_or_above / total,
        wait_s: queue / arrivals,
        in_time: None,
        abandoned: leaves * queue / arrivals,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(found: f64, reference: f64, digits: i32) {
        let off = (found - reference).abs();
        assert!(
            off < 0.5 * 10f64.powi(-digits) * 1.01,
            "{found} is not {reference}"
        );
    }

    #[test]
    fn erlang_c_agrees_with_the_tables() {
        let small = erlang_c(240.0, 240.0, 20, 20.0).expect("enough agents");
        near(small.waiting, 0.256078, 6);
        near(small.wait_s, 15.3647, 4);
        near(small.in_time.expect("a share"), 0.816512, 6);
        let large = erlang_c(600.0, 300.0, 55, 20.0).expect("enough agents");
        near(large.waiting, 0.384547, 6);
        near(large.wait_s, 23.0728, 4);
        near(large.in_time.expect("a share"), 0.724460, 6);
        assert_eq!(erlang_c(240.0, 240.0, 16, 20.0), None);
    }

    #[test]
    fn erlang_a_agrees_with_the_tables() {
        let large = erlang_a(8.4 * 60.0, 600.0, 84, 600.0);
        near(large.waiting, 0.514510, 6);
        near(large.abandoned, 0.043485, 6);
        near(large.wait_s, 26.091, 3);
        let small = erlang_a(100.0, 180.0, 5, 180.0);
        near(small.waiting, 0.559507, 6);
        near(small.abandoned, 0.175467, 6);
    }
}
