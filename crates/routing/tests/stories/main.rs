//! How work is handed out, told as stories.

mod floor;
mod handing_on;
mod hours;
mod offers;
mod order;
