//! A made-up population: households, who uses which phone, address, account and browser, and since
//! when. Everything that people share is shared here too.

use rand::Rng;
use rand::rngs::StdRng;
use std::ops::Range;
use throughline_model::identifier::IdentifierKind;

/// How many days the story runs.
pub const DAYS: u32 = 3 * 365;

/// Out of a hundred households, how many have one to five members (as in European censuses).
const HOUSEHOLD_SIZES: [(usize, f64); 5] = [(1, 0.34), (2, 0.32), (3, 0.15), (4, 0.13), (5, 0.06)];
/// Members after the second are children; the chance that a child has an address of its own. The
/// others give a parent's address and phone.
const CHILD_HAS_EMAIL: f64 = 0.5;
const CHILD_HAS_PHONE: f64 = 0.6;
/// Adults with a second and, of those, a third address.
const SECOND_EMAIL: f64 = 0.35;
const THIRD_EMAIL: f64 = 0.2;
/// Couples who use one address as theirs, and couples who use one mobile as theirs, besides their own.
const JOINT_EMAIL: f64 = 0.04;
const JOINT_MOBILE: f64 = 0.03;
/// Households with a landline everyone uses, and with one computer and browser everyone uses.
const LANDLINE: f64 = 0.30;
const SHARED_BROWSER: f64 = 0.25;
/// Adults with a second mobile (work).
const SECOND_MOBILE: f64 = 0.12;
/// How many mobiles change hands in a year, and how many of the new ones are somebody's old number.
const PHONE_CHANGE_PER_YEAR: f64 = 0.06;
const RECYCLED: f64 = 0.4;
/// Days a number rests before the carrier gives it away again.
const NUMBER_RESTS: u32 = 90;
/// Adults who work at an office; the offices' sizes; who of them use its switchboard and its
/// function address (info@, billing@) when they write to us.
const WORKS_IN_OFFICE: f64 = 0.3;
const OFFICE_SIZE: Range<usize> = 4..120;
const USES_SWITCHBOARD: f64 = 0.15;
const USES_FUNCTION_ADDRESS: f64 = 0.04;
/// Adults and children with an account, adults with a second one they forgot, and households where
/// a second member uses the first one's account.
const ADULT_ACCOUNT: f64 = 0.6;
const CHILD_ACCOUNT: f64 = 0.15;
const SECOND_ACCOUNT: f64 = 0.03;
const SHARED_ACCOUNT: f64 = 0.03;
/// People who also write by a messenger.
const SOCIAL: f64 = 0.25;

/// Something people use to reach the business, as it is in the world.
pub type Thing = usize;

/// A thing somebody uses, with how often they pick it among those of its kind, and when.
#[derive(Clone, Debug)]
pub struct Use {
    pub thing: Thing,
    pub weight: f64,
    pub days: Range<u32>,
}

#[derive(Clone, Debug, Default)]
pub struct Person {
    pub household: usize,
    pub emails: Vec<Use>,
    pub phones: Vec<Use>,
    /// A switchboard or landline: people call from it, codes rarely go there.
    pub lines: Vec<Use>,
    pub accounts: Vec<Use>,
    pub socials: Vec<Use>,
    /// The device of their own, and the household's if it shares one.
    pub devices: Vec<Use>,
}

pub struct Population {
    pub people: Vec<Person>,
    pub households: Vec<Range<usize>>,
    /// The kind of every thing.
    pub things: Vec<IdentifierKind>,
}

impl Population {
    fn thing(&mut self, kind: IdentifierKind) -> Thing {
        self.things.push(kind);
        self.things.len() - 1
    }
}

fn always(thing: Thing, weight: f64) -> Use {
    Use {
        thing,
        weight,
        days: 0..DAYS,
    }
}

/// Makes a population of at least `size` people.
pub fn populate(size: usize, rng: &mut StdRng) -> Population {
    let mut population = Population {
        people: Vec::new(),
        households: Vec::new(),
        things: Vec::new(),
    };
    while population.people.len() < size {
        add_household(&mut population, rng);
    }
    add_offices(&mut population, rng);
    change_phones(&mut population, rng);
    population
}

fn add_household(population: &mut Population, rng: &mut StdRng) {
    let mut dice: f64 = rng.random();
    let mut members = 1;
    for (size, share) in HOUSEHOLD_SIZES {
        members = size;
        dice -= share;
        if dice < 0.0 {
            break;
        }
    }
    let first = population.people.len();
    for position in 0..members {
        let person = if position < 2 {
            adult(population, rng)
        } else {
            child(population, first, rng)
        };
        population.people.push(Person {
            household: population.households.len(),
            ..person
        });
    }
    population.households.push(first..first + members);
    if members > 1 {
        share_within(population, first..first + members, rng);
    }
}

fn adult(population: &mut Population, rng: &mut StdRng) -> Person {
    let mut person = Person::default();
    person
        .emails
        .push(always(population.thing(IdentifierKind::Email), 1.0));
    if rng.random_bool(SECOND_EMAIL) {
        person
            .emails
            .push(always(population.thing(IdentifierKind::Email), 0.4));
        if rng.random_bool(THIRD_EMAIL) {
            person
                .emails
                .push(always(population.thing(IdentifierKind::Email), 0.2));
        }
    }
    person
        .phones
        .push(always(population.thing(IdentifierKind::Phone), 1.0));
    if rng.random_bool(SECOND_MOBILE) {
        person
            .phones
            .push(always(population.thing(IdentifierKind::Phone), 0.3));
    }
    if rng.random_bool(ADULT_ACCOUNT) {
        person
            .accounts
            .push(always(population.thing(IdentifierKind::Account), 1.0));
        if rng.random_bool(SECOND_ACCOUNT / ADULT_ACCOUNT) {
            person
                .accounts
                .push(always(population.thing(IdentifierKind::Account), 0.3));
        }
    }
    add_own_device_and_social(population, &mut person, rng);
    person
}

fn child(population: &mut Population, parent: usize, rng: &mut StdRng) -> Person {
    let parent = population.people[parent].clone();
    let mut person = Person::default();
    if rng.random_bool(CHILD_HAS_EMAIL) {
        person
            .emails
            .push(always(population.thing(IdentifierKind::Email), 1.0));
    } else {
        person.emails.push(parent.emails[0].clone());
    }
    if rng.random_bool(CHILD_HAS_PHONE) {
        person
            .phones
            .push(always(population.thing(IdentifierKind::Phone), 1.0));
    } else {
        person.phones.push(parent.phones[0].clone());
    }
    if rng.random_bool(CHILD_ACCOUNT) {
        person
            .accounts
            .push(always(population.thing(IdentifierKind::Account), 1.0));
    }
    add_own_device_and_social(population, &mut person, rng);
    person
}

fn add_own_device_and_social(population: &mut Population, person: &mut Person, rng: &mut StdRng) {
    person
        .devices
        .push(always(population.thing(IdentifierKind::Device), 1.0));
    if rng.random_bool(SOCIAL) {
        person
            .socials
            .push(always(population.thing(IdentifierKind::Social), 1.0));
    }
}

fn share_within(population: &mut Population, members: Range<usize>, rng: &mut StdRng) {
    let couple = members.start..members.start + 2;
    if rng.random_bool(JOINT_EMAIL) {
        let joint = population.thing(IdentifierKind::Email);
        population.people[couple.clone()]
            .iter_mut()
            .for_each(|one| one.emails.push(always(joint, 1.0)));
    }
    if rng.random_bool(JOINT_MOBILE) {
        let joint = population.thing(IdentifierKind::Phone);
        population.people[couple.clone()]
            .iter_mut()
            .for_each(|one| one.phones.push(always(joint, 1.0)));
    }
    if rng.random_bool(LANDLINE) {
        let landline = population.thing(IdentifierKind::Phone);
        population.people[members.clone()]
            .iter_mut()
            .for_each(|one| one.lines.push(always(landline, 1.0)));
    }
    if rng.random_bool(SHARED_BROWSER) {
        let browser = population.thing(IdentifierKind::Device);
        population.people[members]
            .iter_mut()
            .for_each(|one| one.devices.push(always(browser, 0.7)));
    }
    let account = population.people[couple.start].accounts.first().cloned();
    if let Some(account) = account.filter(|_| rng.random_bool(SHARED_ACCOUNT)) {
        population.people[couple.start + 1].accounts.push(account);
    }
}

fn add_offices(population: &mut Population, rng: &mut StdRng) {
    let mut seats = Vec::new();
    for person in 0..population.people.len() {
        // Children have no second address or phone; a person with a parent's phone is one of them.
        let household = &population.households[population.people[person].household];
        if person < household.start + 2 && rng.random_bool(WORKS_IN_OFFICE) {
            seats.push(person);
        }
    }
    // Colleagues live anywhere.
    for at in (1..seats.len()).rev() {
        seats.swap(at, rng.random_range(0..=at));
    }
    let mut next = 0;
    while next < seats.len() {
        let end = (next + rng.random_range(OFFICE_SIZE)).min(seats.len());
        let switchboard = population.thing(IdentifierKind::Phone);
        let function_address = population.thing(IdentifierKind::Email);
        for &person in &seats[next..end] {
            if rng.random_bool(USES_SWITCHBOARD) {
                population.people[person]
                    .lines
                    .push(always(switchboard, 1.0));
            }
            if rng.random_bool(USES_FUNCTION_ADDRESS) {
                population.people[person]
                    .emails
                    .push(always(function_address, 0.8));
            }
        }
        next = end;
    }
}

/// Lets people give up their first mobile for another, which may have been somebody else's.
fn change_phones(population: &mut Population, rng: &mut StdRng) {
    let mut changes: Vec<(u32, usize)> = Vec::new();
    for person in 0..population.people.len() {
        if rng.random_bool(PHONE_CHANGE_PER_YEAR * f64::from(DAYS) / 365.0) {
            changes.push((rng.random_range(1..DAYS), person));
        }
    }
    changes.sort_unstable();
    let mut resting: Vec<(u32, Thing)> = Vec::new();
    for (day, person) in changes {
        let old = population.people[person].phones[0].thing;
        let rested = resting.partition_point(|(free_from, _)| *free_from <= day);
        let new = if rested > 0 && rng.random_bool(RECYCLED) {
            resting.remove(rng.random_range(0..rested)).1
        } else {
            population.thing(IdentifierKind::Phone)
        };
        // Whoever else used the number (a child) goes along.
        let household = population.households[population.people[person].household].clone();
        for one in &mut population.people[household] {
            let uses: Vec<Use> = one
                .phones
                .extract_if(.., |used| used.thing == old && used.days.end == DAYS)
                .collect();
            for used in uses {
                one.phones.push(Use {
                    days: used.days.start..day,
                    ..used.clone()
                });
                one.phones.insert(
                    0,
                    Use {
                        thing: new,
                        days: day..DAYS,
                        ..used
                    },
                );
            }
        }
        resting.push((day + NUMBER_RESTS, old));
    }
}
