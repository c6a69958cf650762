//! The people of the demo: staff, and customers with names in four scripts.

use super::dialogues::Tongue;
use crate::auth::Role;
use crate::deals::StageKind;

/// The staff of Northwind. All sign in with the password that `--demo` prints.
pub const STAFF: &[(&str, &str, Role)] = &[
    ("admin@demo.example", "Marta Lindqvist", Role::Admin),
    ("supervisor@demo.example", "Igor Petrov", Role::Supervisor),
    ("operator@demo.example", "Priya Nair", Role::Operator),
    ("operator2@demo.example", "Анна Соколова", Role::Operator),
    ("operator3@demo.example", "陈静", Role::Operator),
    ("operator4@demo.example", "Tom Becker", Role::Operator),
];

/// Who works with customers: places in [`STAFF`].
pub const OPERATORS: std::ops::Range<usize> = 2..6;

const LATIN: (&[&str], &[&str]) = (
    &[
        "Anna", "Oliver", "Zoltán", "María", "Liam", "Grace", "Noah", "Chloé", "Jonas", "Ines", "Hugo", "Freya",
        "Mateo", "Sofia", "Nguyễn", "Emil", "Aisha",
    ],
    &[
        "Kowalska",
        "Bennett",
        "Kiss",
        "Fernández",
        "O’Connor",
        "Okafor",
        "Müller",
        "Dubois",
        "Lindberg",
        "Rossi",
        "Novák",
        "Haugen",
        "Silva",
    ],
);
const CYRILLIC: (&[&str], &[&str]) = (
    &["Екатерина", "Дмитрий", "Сергей", "Ольга", "Ксения", "Алёна", "Михаил", "Тимур", "Юлия", "Павел"],
    &["Морозова", "Соколов", "Иванов", "Кузнецова", "Лебедева", "Ковальчук", "Орлова", "Зайцев", "Беляева"],
);
const CHINESE: &[&str] = &[
    "王芳",
    "李伟",
    "陈静",
    "张敏",
    "刘洋",
    "赵磊",
    "黄丽",
    "周杰",
    "吴昊",
    "徐静怡",
    "孙悦",
    "马超",
    "朱琳",
    "胡明轩",
];
const ARABIC: &[&str] = &[
    "محمد العلي",
    "فاطمة الزهراء",
    "أحمد حسن",
    "ليلى منصور",
    "يوسف إبراهيم",
    "مريم خليل",
    "عمر السيد",
    "نور الهاشمي",
    "خالد المصري",
    "سارة عبد الله",
];

/// A very long name, as every desk has one.
pub const LONG_NAME: &str = "Maria Magdalena Konstantinopolskaya-Wolfeschlegelsteinhausenbergerdorff of the Northern Office Supplies Purchasing Department";

pub const COMPANIES: &[(&str, &str)] = &[
    ("Kowalska Studio", "kowalska.example"),
    ("Bennett & Sons", "bennett.example"),
    ("ООО «Ромашка»", "romashka.example"),
    ("北京晨光贸易", "chenguang.example"),
    ("شركة النور", "alnoor.example"),
    ("Lindberg Logistik", "lindberg.example"),
    ("Rossi Arredamenti", "rossi.example"),
    ("Okafor Retail", "okafor.example"),
];

/// Lists, each with who is on it: every so manieth customer.
pub const LISTS: &[(&str, usize)] = &[("Autumn newsletter", 4), ("Wholesale price list", 9)];

/// The pipeline of the built-in CRM, and its currency.
pub const PIPELINE: (&str, &str) = ("Sales", "EUR");

/// Its stages: name, hue and what each means.
pub const DEAL_STAGES: &[(&str, i32, StageKind)] = &[
    ("New", 6, StageKind::Open),
    ("In progress", 3, StageKind::Open),
    ("Won", 4, StageKind::Won),
    ("Lost", 1, StageKind::Lost),
];

/// What customers may buy: title, and amount in hundredths.
pub const DEALS: &[(&str, Option<i64>)] = &[
    ("Office chairs, 12 pieces", Some(214_800)),
    ("Winter collection, wholesale", Some(1_250_000)),
    ("Gift cards", Some(50_000)),
    ("Repair after the guarantee", Some(8_990)),
    ("Furnishing of the new branch", None),
];

/// Customer tags with their hue.
pub const TAGS: &[(&str, i32)] = &[
    ("VIP", 2),
    ("Delivery issue", 1),
    ("Wholesale", 3),
    ("Newsletter", 6),
    ("Speaks English", 5),
    ("Постоянный клиент", 4),
];

/// Conversation tags: name and the place of the tag above.
pub const SUBJECTS: &[(&str, Option<usize>)] = &[
    ("Delivery", None),
    ("Late parcel", Some(0)),
    ("Courier missed the customer", Some(1)),
    ("Change of address", Some(0)),
    ("Payment", None),
    ("Refund", Some(4)),
    ("Card declined", Some(4)),
    ("Product", None),
    ("Size advice", Some(7)),
    ("Defect", Some(7)),
];

/// The funnel.
pub const FUNNEL: &str = "Welcome";

/// Its blocks, each of which leads to the next: name, and what the bot says.
pub const BLOCKS: &[(&str, &str)] = &[
    ("Greeting", "Hello, {name}! Is it about an order, or may we advise you?"),
    ("Question", "Thank you. A colleague is with you in a moment. If it is about an order, what is its number?"),
    ("Handed over", ""),
];

/// Prepared texts that everybody may use.
pub const QUICK_REPLIES: &[(&str, &str)] = &[
    ("hello", "Good day, {name}! {me} here. How can I help?"),
    ("order", "Could you send me the number of your order? It is in the confirmation, below the date."),
    ("parcel", "Your parcel is on its way. The courier calls an hour before the delivery."),
    ("refund", "I have started the refund. The money is with you within five working days."),
    ("size", "Our shoes are true to size. Between two sizes, take the larger one."),
    ("добрый-день", "Добрый день, {name}! Меня зовут {me}. Чем могу помочь?"),
    ("thanks", "Thank you, {name}. Write again whenever something comes up."),
];

/// What staff run from the composer: name, what it does, parameters.
pub const COMMANDS: &[(&str, &str, &str)] = &[
    ("order-status", "Asks the shop where an order is", r#"[{"name":"order","required":true}]"#),
    (
        "start-refund",
        "Starts a refund in the shop",
        r#"[{"name":"order","required":true},{"name":"reason","required":false}]"#,
    ),
];

/// Why some customers are blocked.
pub const BLOCK_REASONS: &[&str] = &[
    "Sends advertising to every operator",
    "Threatened an operator on the phone line",
    "Оскорбляет операторов",
    "Fourth chargeback on delivered goods",
    "Spam",
];

/// A customer's name and the language that they write.
pub fn name(number: usize) -> (String, Tongue) {
    let pick = |list: &[&str], at: usize| list.get(at % list.len()).copied().unwrap_or_default().to_owned();
    let both =
        |(first, last): (&[&str], &[&str]), n: usize| format!("{} {}", pick(first, n), pick(last, n * 5 + n / 7));
    match number % 8 {
        3 => (pick(CHINESE, number / 8), Tongue::Chinese),
        6 => (pick(ARABIC, number / 8), Tongue::Arabic),
        1 | 4 => (both(CYRILLIC, number / 4), Tongue::Russian),
        _ if number == 16 => (LONG_NAME.to_owned(), Tongue::English),
        _ => (both(LATIN, number / 2 + number % 8), Tongue::English),
    }
}

/// A phone number in the form of the customer's country.
pub fn phone(number: usize, tongue: Tongue) -> String {
    let tail = 100_000 + (number * 7919) % 900_000;
    match tongue {
        Tongue::Russian => format!("+7 901 {:03}-{:02}-{:02}", tail / 1000, tail / 10 % 100, number % 100),
        Tongue::Chinese => format!("+86 138 {:04} {:04}", tail % 10_000, (number * 37) % 10_000),
        Tongue::Arabic => format!("+971 50 {:03} {:04}", tail % 1000, (number * 53) % 10_000),
        Tongue::English if number.is_multiple_of(3) => format!("+44 7700 900{:03}", number % 1000),
        Tongue::English => format!("+49 1512 {tail:06}0"),
    }
}

/// Names under which customers have values.
pub const FIELDS: &[&str] = &["Delivery city", "Loyalty card", "Shoe size", "utm_campaign"];

/// A value for one of [`FIELDS`].
pub fn value(place: usize, number: usize) -> String {
    const CITIES: &[&str] = &["Leeds", "Tartu", "Казань", "Porto", "深圳", "Gdańsk", "Lyon"];
    const CAMPAIGNS: &[&str] = &["spring_sale", "newsletter", "retargeting"];
    match place {
        0 => CITIES[number % CITIES.len()].to_owned(),
        1 => format!("4402 {}", 1_000 + number * 37 % 9_000),
        2 => (36 + number % 11).to_string(),
        _ => CAMPAIGNS[number % CAMPAIGNS.len()].to_owned(),
    }
}
