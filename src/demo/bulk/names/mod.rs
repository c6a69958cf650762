//! Names in four scripts, enough of them that a million people are told apart as in life.

mod cyrillic;
mod eastern;
mod latin;

pub use cyrillic::{CYRILLIC_LAST, CYRILLIC_MEN, CYRILLIC_WOMEN};
pub use eastern::{ARABIC_FIRST, ARABIC_LAST, CHINESE_GIVEN, CHINESE_LAST};
pub use latin::{LATIN_FIRST, LATIN_LAST};

/// What addresses are made of.
pub const HANDLES: &[&str] = &[
    "vasya", "north", "sunny", "blue.fox", "kot", "irina", "mark", "lena", "dragon", "mike", "olga_s", "desk", "maria",
    "coffee", "anna.k", "river", "max", "wolf", "star", "tanya", "alex", "nik", "jo", "li.wei", "omar", "sasha",
    "green",
];
pub const TAGS: &[&str] = &[
    "VIP",
    "Постоянный клиент",
    "Newsletter",
    "Wholesale",
    "Delivery issue",
    "Speaks English",
    "Refund pending",
    "Night calls",
    "Юрлицо",
    "Corporate",
    "批发",
    "Loyalty card",
    "Gift buyer",
    "Reseller",
    "Warranty case",
    "Debtor",
    "Pick-up only",
    "Complains often",
    "Самовывоз",
    "Pre-order",
    "Press",
    "Student",
    "Family account",
    "Beta tester",
    "Old catalogue",
    "Trade fair 2024",
    "Do not call",
    "Furniture",
    "Lighting",
    "Garden",
    "Accountant",
    "Дилер",
    "Regional partner",
    "Blogger",
    "Supplier",
    "Test order",
    "Returned parcel",
    "Moved abroad",
    "Lawyer",
    "Founder",
];
pub const TRADES: &[&str] = &[
    "Studio",
    "& Sons",
    "Logistik",
    "Arredamenti",
    "Retail",
    "Trading",
    "Werkstatt",
    "Interiors",
    "Consulting",
    "Foods",
];
