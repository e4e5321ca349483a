//! Business hours: opening times of a week in a time zone, and days that differ.
//!
//! Hours are wall-clock times. On the day the clocks change an opening at 02:30 that does not exist
//! moves behind the gap, and the hour that exists twice counts twice, as a clock on the wall of the
//! shop would have it. Rules of time zones are compiled in, so a replay on another machine agrees.

use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use throughline_model::clock::Millis;

/// How many days ahead an opening is looked for; one further away is as good as none.
const HORIZON_DAYS: usize = 400;
/// How many days ahead the end of a stretch of open time is looked for.
const STRETCH_DAYS: usize = 3_700;
const DAY_MINUTES: u16 = 24 * 60;

/// One stretch of open time on a day, in minutes after midnight by the clock on the wall.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Hours {
    /// The minute it opens, 0 to 1439.
    pub from_min: u16,
    /// The minute it closes, up to 1440, which is midnight.
    pub to_min: u16,
}

/// What a calendar is made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalendarRules {
    /// The IANA name of the time zone, such as `Europe/Madrid`.
    pub time_zone: String,
    /// Monday to Sunday; a day without hours is closed.
    pub week: [Vec<Hours>; 7],
    /// Days with hours of their own; a holiday has none.
    #[serde(default)]
    pub days: BTreeMap<Date, Vec<Hours>>,
}

/// Business hours that can be asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "CalendarRules", into = "CalendarRules")]
pub struct Calendar {
    rules: CalendarRules,
    zone: TimeZone,
}

/// Why rules make no calendar.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CalendarProblem {
    /// No such time zone.
    #[error("there is no time zone '{0}'; use a name such as Europe/Madrid")]
    TimeZone(String),
    /// Hours that do not go forward, overlap or leave the day.
    #[error(
        "hours {0} to {1} (minutes of the day) must go forward, in order, without overlap, up to 1440"
    )]
    Hours(u16, u16),
}

impl TryFrom<CalendarRules> for Calendar {
    type Error = CalendarProblem;

    fn try_from(rules: CalendarRules) -> Result<Self, Self::Error> {
        let zone = TimeZone::get(&rules.time_zone)
            .map_err(|_| CalendarProblem::TimeZone(rules.time_zone.clone()))?;
        for hours in rules.week.iter().chain(rules.days.values()) {
            in_order(hours)?;
        }
        Ok(Self { rules, zone })
    }
}

impl From<Calendar> for CalendarRules {
    fn from(calendar: Calendar) -> Self {
        calendar.rules
    }
}

fn in_order(day: &[Hours]) -> Result<(), CalendarProblem> {
    let mut free_from = 0;
    for hours in day {
        if hours.from_min < free_from
            || hours.to_min <= hours.from_min
            || hours.to_min > DAY_MINUTES
        {
            return Err(CalendarProblem::Hours(hours.from_min, hours.to_min));
        }
        free_from = hours.to_min;
    }
    Ok(())
}

impl Calendar {
    /// What it is made of.
    pub fn rules(&self) -> &CalendarRules {
        &self.rules
    }

    /// Whether business is open at that time.
    pub fn is_open(&self, at_ms: Millis) -> bool {
        self.stretches_from(at_ms, 1)
            .next()
            .is_some_and(|(opens, _)| opens <= at_ms)
    }

    /// The next time at which it opens or closes, strictly after `at_ms`; nothing when that is more
    /// than a year away.
    pub fn next_change(&self, at_ms: Millis) -> Option<Millis> {
        let mut stretches = self.stretches_from(at_ms, HORIZON_DAYS);
        let (opens, mut closes) = stretches.next()?;
        // Days that are open around the clock touch.
        for (next_opens, next_closes) in stretches {
            if next_opens > closes {
                break;
            }
            closes = next_closes;
        }
        Some(if opens > at_ms { opens } else { closes })
    }

    /// When it opens next, or `at_ms` itself when it is open.
    pub fn opens_at(&self, at_ms: Millis) -> Option<Millis> {
        let (opens, _) = self.stretches_from(at_ms, HORIZON_DAYS).next()?;
        Some(opens.max(at_ms))
    }

    /// The moment by which `length_ms` of open time have passed since `from_ms`. A calendar that is
    /// open too little for that within ten years counts every hour.
    pub fn after_open_time(&self, from_ms: Millis, length_ms: Millis) -> Millis {
        let mut left = length_ms;
        for (opens, closes) in self.stretches_from(from_ms, STRETCH_DAYS) {
            let start = opens.max(from_ms);
            if left <= closes - start {
                return start + left;
            }
            left -= closes - start;
        }
        from_ms.saturating_add(length_ms)
    }

    /// How much open time lies between two moments, in milliseconds.
    pub fn open_time(&self, from_ms: Millis, to_ms: Millis) -> Millis {
        self.stretches_from(from_ms, STRETCH_DAYS)
            .take_while(|(opens, _)| *opens < to_ms)
            .map(|(opens, closes)| closes.min(to_ms) - opens.max(from_ms))
            .sum()
    }

    /// Stretches of open time that end after `from_ms`, in order, `days` days ahead.
    fn stretches_from(
        &self,
        from_ms: Millis,
        days: usize,
    ) -> impl Iterator<Item = (Millis, Millis)> + '_ {
        self.days_around(from_ms, days)
            .flat_map(|date| self.stretches_of(date))
            .filter(move |(_, closes)| *closes > from_ms)
    }

    /// The day before, for hours that run into this one by a change of clocks, and those that follow.
    fn days_around(&self, from_ms: Millis, days: usize) -> impl Iterator<Item = Date> + use<> {
        let now = Timestamp::from_millisecond(from_ms).unwrap_or_default();
        let today = self.zone.to_datetime(now).date();
        let first = today.yesterday().unwrap_or(today);
        first.series(1.day()).take(days + 2)
    }

    fn stretches_of(&self, date: Date) -> Vec<(Millis, Millis)> {
        let hours = self.rules.days.get(&date).unwrap_or_else(|| {
            let day: Weekday = date.weekday();
            &self.rules.week[day.to_monday_zero_offset() as usize]
        });
        hours
            .iter()
            .filter_map(|hours| {
                let opens = self.moment(date, hours.from_min)?;
                let closes = self.moment(date, hours.to_min)?;
                (opens < closes).then_some((opens, closes))
            })
            .collect()
    }

    fn moment(&self, date: Date, minute: u16) -> Option<Millis> {
        let (date, minute) = if minute == DAY_MINUTES {
            (date.tomorrow().ok()?, 0)
        } else {
            (date, minute)
        };
        let time = Time::new((minute / 60) as i8, (minute % 60) as i8, 0, 0).ok()?;
        let moment = self.zone.to_timestamp(date.to_datetime(time)).ok()?;
        Some(moment.as_millisecond())
    }
}
