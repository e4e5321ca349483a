//! `[endpoint.webchat.widget]`

use crate::section::{record, section};
use crate::setting::{Setting, setting_words};
use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use throughline_model::prompt::FieldKind;
use throughline_routing::{Calendar, CalendarProblem, CalendarRules, Hours};
use url::Url;

section! {
    /// How the chat looks and behaves on your pages: see docs/widget.md.
    pub struct Widget {
        /// The colour of the button and of what the visitor writes. Text on it is black or white,
        /// whichever can be read.
        pub color: String = default("#1f5fbf".to_owned()),
        /// The corner of the page: "end" is where lines of the page's language end (right, in
        /// English), "start" the other one.
        pub position: Position = default(Position::End),
        /// A picture above the chat.
        pub logo: Option<Url> = example("https://www.shop.example/logo.png"),
        /// The language when the page names none and the browser's is not there: "en", "de", "es"
        /// or "ar".
        pub language: String = default("en".to_owned()),
        /// Title, greeting and invitation in other languages.
        pub texts: Vec<WidgetTexts> = example([{ language = "de", greeting = "Hallo!" }]),
        /// What is said beside the button to a visitor who stays on the page.
        pub invitation: Option<String> = example("Questions about sizes? We are here."),
        /// After how many seconds.
        pub invite_after_seconds: u64 = default(20),
        /// What a visitor fills in before the first message: "name" and "email" say who they are,
        /// every other name becomes a fact of the conversation.
        pub ask: Vec<Asked> = example([{ name = "email", required = true }]),
        /// When somebody answers at once, as `<days> <from>-<to>`. None: always. At other times
        /// the chat says so and asks for a mail address.
        pub hours: Vec<String> = example(["mon-fri 09:00-17:30", "sat 10:00-14:00"]),
        /// Days without hours.
        pub closed: Vec<String> = example(["2026-12-25"]),
        /// The time zone of the hours.
        pub time_zone: String = default("UTC".to_owned()),
        /// Whether visitors can search what is published under /help.
        pub articles: bool = default(true),
        /// Whether visitors are asked how they were served when a conversation is resolved.
        pub rating: bool = default(true),
        /// Whether a new answer makes a sound, until the visitor turns it off.
        pub sounds: bool = default(true),
        /// Whether visitors can have their browser tell them of answers while the hosted page is
        /// closed: it goes through the push service of the browser's maker.
        pub push: bool = default(true),
        /// What a visitor who waits for a person is told of the line: "place_and_time" (how many are
        /// before them, and how long it may take), "time", or "none".
        pub waiting: WaitingTold = default(WaitingTold::PlaceAndTime),
        /// Whether visitors who wait for a person can leave a number and be called back, by people with
        /// telephones of their own.
        pub callback: bool = default(false),
        /// The countries whose numbers are called back, in two letters; none for all. Premium-rate
        /// numbers and the like are never called.
        pub callback_countries: Vec<String> = example(["DE", "AT"]),
        /// A number to call, shown where the conversation can go on elsewhere.
        pub phone: Option<String> = example("+493012345678"),
    }
}

record! {
    /// Texts in one more language.
    pub struct WidgetTexts {
        /// The language: "de", "es" or "ar", or "en" where the others are not English.
        pub language: String = required("de"),
        /// The title above the chat.
        pub title: Option<String> = example("Frag uns"),
        /// The first line a visitor sees.
        pub greeting: Option<String> = example("Hallo!"),
        /// What is said beside the button.
        pub invitation: Option<String> = example("Fragen? Wir sind da."),
    }
}

record! {
    /// Something a visitor fills in.
    pub struct Asked {
        /// What it is called: small letters, digits and underscores.
        pub name: String = required("email"),
        /// What the visitor reads. Without it, words of the chat's own for "name" and "email".
        pub label: Option<String> = example("Your email address"),
        /// "text", "long_text", "email", "phone", "number" or "date".
        pub kind: FieldKind = default(FieldKind::Text),
        /// Whether nothing can be written before it is filled in.
        pub required: bool = default(false),
    }
}

setting_words! {
    /// A corner at the bottom of a page.
    pub enum Position {
        /// Where lines end.
        End = "end",
        /// Where lines begin.
        Start = "start",
    }
}

setting_words! {
    /// What a visitor who waits is told.
    pub enum WaitingTold {
        /// How many are before them, and how long it may take.
        PlaceAndTime = "place_and_time",
        /// How long it may take.
        Time = "time",
        /// Nothing.
        None = "none",
    }
}

impl Setting for FieldKind {
    fn read(value: &toml::Value, at: &mut crate::reader::Reader<'_>) -> Option<Self> {
        let kind = value.as_str().and_then(|word| word.parse::<Self>().ok());
        kind.filter(|kind| *kind != Self::Choice).or_else(|| {
            at.reject(
                format!("{value} is not known here"),
                "use one of \"text\", \"long_text\", \"email\", \"phone\", \"number\", \"date\"",
            )
        })
    }

    fn render(&self) -> String {
        crate::setting::quoted(self.as_str())
    }
}

/// The languages the widget speaks.
pub const WIDGET_LANGUAGES: &[&str] = &["en", "de", "es", "ar"];

impl Widget {
    /// When somebody answers at once; none when that is always.
    ///
    /// # Errors
    /// The place that is wrong, such as `hours[1]`, and what is wrong with it.
    pub fn calendar(&self) -> Result<Option<Calendar>, (String, String)> {
        let mut week: [Vec<Hours>; 7] = Default::default();
        let mut lines = Vec::new();
        for (index, line) in self.hours.iter().enumerate() {
            let wrong = || (format!("hours[{index}]"), format!("'{line}' are no hours"));
            let (days, hours) = hours_of(line).ok_or_else(wrong)?;
            lines.push(hours);
            for day in week.get_mut(days).ok_or_else(wrong)? {
                day.push(hours);
            }
        }
        week.iter_mut().for_each(|day| day.sort_unstable());
        let mut days = BTreeMap::new();
        for (index, text) in self.closed.iter().enumerate() {
            let wrong = |_| (format!("closed[{index}]"), format!("'{text}' is no day"));
            days.insert(text.parse().map_err(wrong)?, Vec::new());
        }
        let time_zone = self.time_zone.clone();
        let rules = CalendarRules {
            time_zone,
            week,
            days,
        };
        let place = |problem: &CalendarProblem| match problem {
            CalendarProblem::TimeZone(_) => "time_zone".to_owned(),
            CalendarProblem::Hours(from, to) => {
                let is_it = |one: &Hours| (one.from_min, one.to_min) == (*from, *to);
                let index = lines.iter().position(is_it).unwrap_or_default();
                format!("hours[{index}]")
            }
        };
        let calendar =
            Calendar::try_from(rules).map_err(|problem| (place(&problem), problem.to_string()))?;
        Ok((!self.hours.is_empty()).then_some(calendar))
    }
}

/// `mon-fri 09:00-17:30`: the days, counted from Monday, and the minutes of the day.
fn hours_of(line: &str) -> Option<(RangeInclusive<usize>, Hours)> {
    const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let (days, hours) = line.trim().split_once(' ')?;
    let (first, last) = days.split_once('-').unwrap_or((days, days));
    let day = |name: &str| DAYS.iter().position(|day| *day == name);
    let (from, to) = hours.trim().split_once('-')?;
    let minute = |text: &str| {
        let (hour, minute) = text.split_once(':')?;
        let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
        (minute < 60 && hour <= 24).then_some(hour * 60 + minute)
    };
    let hours = Hours {
        from_min: minute(from)?,
        to_min: minute(to)?,
    };
    let (first, last) = (day(first)?, day(last)?);
    (first <= last).then_some((first..=last, hours))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail loudly")]
    use super::*;

    fn widget(hours: &[&str], closed: &[&str], time_zone: &str) -> Widget {
        Widget {
            hours: hours.iter().map(|text| (*text).to_owned()).collect(),
            closed: closed.iter().map(|text| (*text).to_owned()).collect(),
            time_zone: time_zone.to_owned(),
            ..Widget::default()
        }
    }

    #[test]
    fn hours_are_read_as_people_write_them() {
        let widget = widget(
            &[
                "sat 10:00-14:00",
                "mon-fri 09:00-12:00",
                "mon-fri 13:00-24:00",
            ],
            &["2026-12-25"],
            "Europe/Berlin",
        );
        let calendar = widget.calendar().unwrap().unwrap();
        // Friday, 25 December 2026, 10:00 in Berlin; Monday after it at the same time.
        let christmas = 1_798_189_200_000;
        assert!(!calendar.is_open(christmas));
        assert!(calendar.is_open(christmas + 3 * 86_400_000));
        assert_eq!(calendar.opens_at(christmas), Some(christmas + 86_400_000));
    }

    #[test]
    fn hours_that_are_none_are_refused_with_the_place_that_is_wrong() {
        let key = |widget: Widget| widget.calendar().map_err(|(key, _)| key).unwrap_err();
        for wrong in [
            "always",
            "mon 9-17",
            "fri-mon 09:00-17:00",
            "mon 17:00-09:00",
            "mon 09:61-10:00",
        ] {
            assert_eq!(key(widget(&[wrong], &[], "UTC")), "hours[0]", "{wrong}");
        }
        assert_eq!(
            key(widget(&["mon 09:00-17:00"], &[], "Mars/Base")),
            "time_zone"
        );
        assert_eq!(
            key(widget(&["mon 09:00-17:00"], &["christmas"], "UTC")),
            "closed[0]"
        );
        assert_eq!(
            key(widget(
                &["mon-fri 09:00-17:00", "wed 16:00-18:00"],
                &[],
                "UTC"
            )),
            "hours[1]",
            "they overlap"
        );
        assert!(Widget::default().calendar().unwrap().is_none());
    }
}
