//! What is said in the demo: short dialogues of a shop, in four languages.

/// Who says a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Voice {
    Customer,
    Staff,
    /// To colleagues only.
    Comment,
}

/// The language of a customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tongue {
    English,
    Russian,
    Chinese,
    Arabic,
}

use Voice::{Comment as N, Customer as C, Staff as S};

/// A dialogue and its subject: a place in `people::SUBJECTS`.
pub type Dialogue = (usize, &'static [(Voice, &'static str)]);

const ENGLISH: &[Dialogue] = &[
    (
        2,
        &[
            (C, "Hi, the courier was supposed to come this morning and nobody came."),
            (S, "I’m sorry about that. Could you give me the order number?"),
            (C, "18342"),
            (N, "Second failed attempt this month. Offer the pickup point before a refund."),
            (
                S,
                "Thank you. The courier noted that nobody answered the door bell. Would tomorrow before noon suit you?",
            ),
            (C, "Tomorrow before noon is fine. The bell is broken, please ask them to knock."),
            (S, "Noted, and I have asked them to call you ten minutes ahead."),
            (C, "Great, thanks!"),
        ],
    ),
    (
        5,
        &[
            (C, "I returned the lamp two weeks ago. When do I get my money back?"),
            (S, "Let me look. The parcel reached our warehouse on Tuesday; the refund was sent the day after."),
            (C, "My bank shows nothing."),
            (
                S,
                "Card refunds take three to five working days to appear. If it is not there by Friday, write here and I will ask the bank.",
            ),
            (C, "OK, I’ll wait until Friday."),
        ],
    ),
    (
        8,
        &[
            (C, "Is the blue armchair 78 or 87 cm wide? The page says both 😅"),
            (S, "It is 78 cm between the armrests and 87 cm overall. I’ll have the page corrected, thank you."),
            (C, "Perfect, then it fits. Ordering now."),
        ],
    ),
    (
        6,
        &[
            (C, "Your shop declines my card, but it works everywhere else"),
            (S, "Which payment service do you choose at checkout?"),
            (C, "The first one"),
            (S, "That one had an outage until 11:20. Could you try once more?"),
            (C, "Now it works. Thanks for the quick answer!"),
        ],
    ),
    (
        3,
        &[
            (C, "Hello, I moved last week. Can you still change the address of order 18377?"),
            (S, "Yes, it has not left yet. What is the new address?"),
            (C, "14 Harbour Lane, Leeds LS2 7EW"),
            (S, "Changed. You will get a new confirmation by e-mail."),
        ],
    ),
    (
        9,
        &[
            (C, "The lid of the storage box arrived cracked. See the picture."),
            (S, "Oh no. Would you like a new lid or your money back for the box?"),
            (C, "A new lid, please"),
            (N, "Third cracked lid from batch 7. Tell purchasing."),
            (S, "It ships tomorrow; you need not send the broken one back."),
            (C, "That is kind, thank you"),
        ],
    ),
    (
        0,
        &[
            (C, "Do you deliver to Norway?"),
            (S, "We do: three to six working days, 14 € for parcels up to 20 kg."),
            (C, "And customs?"),
            (S, "Duty and VAT are in the price that checkout shows, there is nothing to pay at the door."),
        ],
    ),
];

const RUSSIAN: &[Dialogue] = &[
    (
        1,
        &[
            (C, "Здравствуйте! Заказ № 18355 должен был прийти вчера. Где он?"),
            (S, "Здравствуйте! Сейчас проверю."),
            (S, "Посылка на сортировке в вашем городе, доставят сегодня до 18:00."),
            (C, "Хорошо, буду ждать. Спасибо!"),
        ],
    ),
    (
        5,
        &[
            (C, "Хочу вернуть кресло, цвет не подошёл"),
            (S, "Понимаю. Возврат возможен в течение 14 дней, если сохранилась упаковка."),
            (C, "Упаковка есть"),
            (N, "Клиент постоянный, забор курьером бесплатно."),
            (S, "Тогда курьер заберёт его бесплатно. Вам удобно в четверг с 10 до 14?"),
            (C, "Да, подходит"),
            (S, "Записал. Деньги вернутся на карту в течение пяти дней после получения."),
        ],
    ),
    (
        8,
        &[
            (C, "Подскажите размер чехла для дивана 180 см"),
            (S, "Вам подойдёт размер М: он рассчитан на диваны от 160 до 190 см."),
            (C, "А он стирается в машинке?"),
            (S, "Да, при 30 градусах."),
            (C, "Отлично, оформляю"),
        ],
    ),
    (
        6,
        &[
            (C, "Не проходит оплата, пишет «отказ банка»"),
            (S, "Какой банк и какая сумма? Иногда срабатывает лимит на покупки в интернете."),
            (C, "Точно, лимит! Подняла, всё прошло 👍"),
        ],
    ),
];

const CHINESE: &[Dialogue] = &[
    (
        5,
        &[
            (C, "请问我的退款什么时候到账？"),
            (S, "您好！退款昨天已经发出，一般三到五个工作日到账。"),
            (C, "好的，谢谢"),
        ],
    ),
    (
        7,
        &[
            (C, "在吗？想问一下批发价格"),
            (S, "您好，请问需要多少件？五十件以上有批发价。"),
            (C, "大概一百件"),
            (S, "一百件可以打八五折，我把报价单发给您。"),
            (C, "太好了，麻烦您了"),
        ],
    ),
    (1, &[(C, "包裹还没有收到，已经十天了"), (S, "非常抱歉，我马上联系物流。请告诉我订单号。"), (C, "18401")]),
];

const ARABIC: &[Dialogue] = &[
    (
        1,
        &[
            (C, "مرحبا، متى يصل طلبي رقم 18390؟"),
            (S, "أهلا بك! سيصل الطلب غدا قبل الساعة الثانية ظهرا."),
            (C, "شكرا جزيلا"),
        ],
    ),
    (
        9,
        &[
            (C, "وصل المصباح مكسورا، أرسلت لكم الصورة"),
            (S, "نعتذر عن ذلك. هل تفضل استبداله أم استرداد المبلغ؟"),
            (C, "الاستبدال من فضلك"),
            (S, "تم، سيصلك البديل خلال ثلاثة أيام."),
        ],
    ),
];

/// The dialogue of this number in a language.
pub fn dialogue(tongue: Tongue, number: usize) -> Dialogue {
    let all = match tongue {
        Tongue::English => ENGLISH,
        Tongue::Russian => RUSSIAN,
        Tongue::Chinese => CHINESE,
        Tongue::Arabic => ARABIC,
    };
    all.get(number % all.len()).copied().unwrap_or((0, &[]))
}

/// What customers say when they rate, by stars.
pub fn rating_comment(tongue: Tongue, stars: i32) -> &'static str {
    match (tongue, stars) {
        (Tongue::Russian, 4..) => "Быстро и вежливо, спасибо!",
        (Tongue::Russian, _) => "Долго ждала ответа",
        (Tongue::Chinese, _) => "回复很快",
        (Tongue::Arabic, _) => "خدمة ممتازة",
        (Tongue::English, 5) => "Quick and friendly",
        (Tongue::English, 3..) => "Solved, but I had to ask twice",
        (Tongue::English, _) => "Waited far too long",
    }
}

/// The chatter of a regular who has written for months.
pub fn small_talk(number: usize) -> (&'static str, &'static str) {
    const TALK: &[(&str, &str)] = &[
        ("Good morning! Anything new in the outlet today?", "Good morning! Two oak shelves came in, 30 % off."),
        ("Could you put one aside for me?", "Done, until Friday evening."),
        ("I paid just now, does it show?", "It does, thank you. It ships this afternoon."),
        ("Parcel is here, everything in one piece.", "Glad to hear it. Enjoy!"),
        ("Which oil do you recommend for the shelf?", "Hard wax oil, once a year. We have the small tin for 12 €."),
        ("Do the shelves come in black as well?", "From next month. I’ll write to you when they are here."),
        ("My neighbour wants the same. Is there a code for friends?", "FRIENDS10 gives both of you 10 %."),
    ];
    TALK.get(number % TALK.len()).copied().unwrap_or_default()
}
