"""What the planted messages to a town hall are made of: sentences with slots, all written for this project, all names invented."""


def _words(text: str) -> list[str]:
    return text.split()


# Label -> what the person wants. The labels are neither equally frequent nor equally easy.
WEIGHTS = [5, 4, 3, 3, 2, 2]
LABELS = {
    "waste collection": [
        "the {colour} bin has not been emptied since {day}.",
        "nobody picked up our {thing} that we put out on {day}.",
        "I want to order a larger bin because ours overflows with {thing}.",
        "which day will the {colour} bags be taken away this {season}?",
        "somebody has dumped {thing} and {thing} next to the containers.",
        "the lorry drove past and left {thing} lying on the pavement.",
        "where can I hand in {thing} without paying a fee?",
        "the lid of our {colour} bin broke when the crew lifted it.",
        "we still have no calendar for the collections in {month}.",
        "the glass containers are full and {thing} pile up around them.",
    ],
    "parking": [
        "I got a fine of {amount} although my ticket was behind the windscreen.",
        "my resident permit runs out in {month} and I cannot renew it.",
        "a {colour} van blocks the space for disabled drivers every {day}.",
        "the machine swallowed {amount} and printed nothing.",
        "can visitors leave their car overnight when they stay until {day}?",
        "I need a temporary ban on stopping for my move on {day}.",
        "lorries stand on the cycle lane from {day} to {day}.",
        "the barrier of the underground garage did not open for my {colour} car.",
        "how much is a yearly permit for a second vehicle from {month} on?",
        "I would like to object to a ticket dated {day} because the sign was hidden.",
    ],
    "roads": [
        "a deep hole in the surface has damaged my {colour} bicycle.",
        "the traffic light stays red for minutes since {day}.",
        "three street lamps are dark and it is dangerous for {people}.",
        "the new speed bump shakes our house whenever {people} pass.",
        "a paving stone is loose and {people} stumble over it.",
        "the drain is blocked with {thing} and water stands on the lane.",
        "when will the works that began in {month} be finished?",
        "the zebra crossing has worn off and {people} can hardly be seen.",
        "nobody has gritted the hill this {season} and {people} slip.",
        "the signpost was knocked over on {day} and points the wrong way.",
    ],
    "parks": [
        "the swing on the playground is broken and {people} could get hurt.",
        "a large branch hangs over the bench where {people} sit.",
        "could you plant more trees before {season} comes?",
        "the grass has not been mown since {month} and is full of {thing}.",
        "dogs run free between {people} although there is a leash rule.",
        "the fountain has been dry since {month}.",
        "we would like to adopt a flower bed together with {people}.",
        "the gate is locked at dusk and {people} are shut in.",
        "somebody sprayed {colour} paint on the statue on {day}.",
        "may we hold a picnic for {people} in {month}?",
    ],
    "registration": [
        "I moved in on {day} and need an appointment to report my new address.",
        "my passport expires in {month} and I travel soon.",
        "which papers do {people} need to get married here in {season}?",
        "the birth certificate that you sent has a wrong name in it.",
        "I lost my identity card on {day} and want to report it.",
        "can my neighbour collect the document while I am away until {day}?",
        "how long does a certificate of good conduct take in {month}?",
        "the online form rejects my date of birth every time.",
        "please confirm that {people} were removed from the register.",
        "I paid {amount} for a copy and it has not come.",
    ],
    "noise": [
        "the bar plays loud music until three in the night every {day}.",
        "a building site starts drilling at five in the morning since {month}.",
        "the neighbours let their dog bark while {people} try to sleep.",
        "{people} set off fireworks on {day} again.",
        "an alarm has been howling in the {colour} house since {day}.",
        "leaf blowers roar all {season} long from early morning.",
        "young men rev their engines beside {people} every {day}.",
        "the ventilation of the supermarket hums so loud that {people} complain.",
        "is it allowed to hold band rehearsals until midnight on {day}?",
        "church bells wake {people} at six even on {day}.",
    ],
}
OPENINGS = [
    "",
    "",
    "Hello,",
    "Good morning,",
    "Dear team,",
    "To whom it may concern:",
    "Hi there,",
    "Good evening from {street},",
    "I write for the third time:",
    "My name is {name} and",
    "As {name} told you already,",
    "I hope you can help:",
]
PLACES = [
    "It is in {street} near number {number}.",
    "This is at the corner of {street} and {street}.",
    "We live at {number} {street}.",
    "You find it behind the school in {street}.",
    "The place is {street}, opposite the {shop}.",
    "I mean the part of {street} beyond the {shop}.",
    "From {street} it is {number} steps towards the {shop}.",
    "Ask for {name} at the {shop} in {street}.",
    "All of {street} up to the {shop} is concerned.",
    "It began at {number} {street} and spread to {street}.",
]
DETAILS = [
    "I took {number} photographs of it and can send them to you.",
    "My {relative} told the hotline in {month} but nothing happened.",
    "We have waited for {number} days now without any answer.",
    "The {shop} next door has the same trouble, says {name}.",
    "It was different when {name} was in charge in {month}.",
    "My {relative} is {number} years old and suffers from it most.",
    "Since {month} it has become worse with every week.",
    "Last {season} it took {number} letters until somebody came.",
    "I asked {name} from the {shop} and got no clear reply.",
    "In the neighbouring town my {relative} needed only {number} minutes for that.",
    "The newspaper wrote about it in {month}, page {number}.",
    "Both {name} and {name} can witness what I say.",
]
CLOSINGS = [
    "",
    "",
    "Thank you.",
    "Please let me know by {day}.",
    "Kind regards, {name}",
    "What can be done about it?",
    "I look forward to hearing from you before {month}.",
    "Best wishes from {street}",
    "Yours, {name} and {name}",
    "Many thanks for your work this {season}!",
    "A short answer would do.",
]
FIRST_NAMES = _words(
    "Ada Boris Carla Dennis Edith Farid Greta Hamid Irma Jonas Kira Lennart Mona Nadim Orla Pavel Quentin Rosa "
    "Silvan Tilda Ugo Vera Wanda Xenia Yannick Zora"
)
LAST_NAMES = _words(
    "Albrecht Barlow Castell Dorn Ekberg Fairley Grewal Holm Ibsen Jarvis Kowal Lindqvist Marlow Novak Oduya Petrov "
    "Quast Rahimi Sander Tolley Ulmer Voss Wexford Yilmaz Zeller"
)
_STREETS = _words(
    "Alder Amber Baker Barley Beacon Birch Bridge Castle Cedar Chapel Clover Copper Coral Cotton Dover Elm Falcon "
    "Fern Garden Granite Harbour Hazel Heron Holly Ivory Jasmine Juniper Kestrel Laurel Linden Maple Meadow Mill "
    "Nettle Oak Orchard Otter Pearl Pine Quarry Raven River Rowan Saffron Silver Station Sunny Thistle Tower Violet "
    "Walnut Willow"
)
SLOTS = {
    "street": [f"{name} {kind}" for name in _STREETS for kind in ("Street", "Lane", "Road", "Square")],
    "name": [f"{first} {last}" for first in FIRST_NAMES for last in LAST_NAMES],
    "number": [str(number) for number in range(2, 140)],
    "amount": [f"{number} euros" for number in range(5, 95)],
    "day": ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday", "the holiday", "the first", "the tenth", "Easter"],
    "month": ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"],
    "season": ["spring", "summer", "autumn", "winter"],
    "colour": ["red", "blue", "green", "yellow", "white", "black", "brown", "grey", "orange", "purple"],
    "relative": ["mother", "father", "aunt", "uncle", "grandmother", "brother", "sister", "cousin", "landlord", "neighbour", "daughter"],
    "people": ["children", "pensioners", "cyclists", "tourists", "students", "my tenants", "parents", "joggers", "shoppers", "wheelchair users"],
    "shop": ["bakery", "pharmacy", "library", "museum", "cinema", "florist", "bank", "butcher", "kiosk", "hotel", "swimming pool", "garage"],
    "thing": ["old paint", "cardboard", "mattresses", "garden waste", "batteries", "broken chairs", "leaves", "bottles", "a fridge", "tyres", "rags"],
}  # fmt: skip
OTHER_WORDS = _words(
    "apparently certainly slowly perhaps honestly meanwhile yesterday altogether somewhere nevertheless probably "
    "besides sadly finally usually twice rather obviously hardly indeed"
)
HTML_DECOYS = [
    "The gap is < 2 m and the kerb > 10 cm",
    "Ask Smith & Sons or R&D about it",
    "I love this town <3",
    "It says if a < b then stop",
    "The form shows List<String> and nothing else",
    "Arrow -> left, then <- right",
    "AT&T has the line",
    "The rate is 5 < x < 9 per cent",
]
# Encoding that a text in UTF-8 was opened with -> phrases that come out wrong but whole. As many languages as there are ways to spoil them.
MOJIBAKE = {
    "cp1252": [
        "It is beside the Café Müller",
        "Ask for José Núñez",
        "The sign says Straße gesperrt",
        "That was très déçu on my side",
        "She didn’t say – and left",
        "It costs 20 € in the Käserei",
        "My neighbour is Søren Østergård",
    ],
    "latin-1": [
        "It is beside the Café Köhler",
        "Ask for Señor Peña",
        "The door of the Bäckerei is open",
        "Mein Schlüssel öffnet nicht",
    ],
    "mac_roman": ["It is beside the Café Bücher", "Ask for Renée Lefèvre", "The Brücke at the Fluß is closed"],
    "cp437": ["It is beside the Café Lindström", "Ask for Señora Muñoz", "The Schlüssel does not fit"],
    "cp1251": ["Добрый день, помогите пожалуйста", "Улица закрыта с понедельника", "Спасибо за вашу работу"],
}
# How often each is met, by our guess: nearly always it is Windows or the web. Of cp437 some phrases are beyond what libraries are sure of.
MOJIBAKE_WEIGHTS = [50, 28, 10, 2, 10]
MOJIBAKE_DECOYS = [
    "It is beside the Café Müller",
    "Ask for José Núñez or Søren Østergård",
    "The sign says Straße gesperrt",
    "He said “never again” – and it’s true…",
    "It costs 20 € or £18",
    "Добрый день, помогите пожалуйста",
    "ATENÇÃO: NÃO HÁ ÁGUA",
    "I am happy 😀 about the new tram 🚋",
    "ご確認をお願いします",
    "It is 21 °C and 3 × 4 m²",
    "Łódź, Gdańsk and Kraków have it",
    "naïve façade, coöperate",
]
# Every # is a digit. National and international forms of numbers that the countries could give out; many are kept for use in films.
PHONES = [
    "+49 30 9018####",
    "+49 151 2#######",
    "030 9018 2###",
    "0151 23######",
    "+44 20 7946 0###",
    "020 7946 0###",
    "(212) 555-01##",
    "212-555-01##",
    "+1 415 555 01##",
    "+33 1 42 68 ## ##",
    "01 42 68 ## ##",
    "06 12 34 ## ##",
    "+39 06 6982 ####",
    "+34 612 34 ## ##",
    "+31 20 555 ####",
    "+41 44 668 ## ##",
    "+48 22 555 ## ##",
    "+45 32 12 ## ##",
]
PRIVATE_DECOYS = [
    "My order 4823-##-1 is open",
    "It was on 2025-03-1# at 10:3#",
    "The letter of 14/03/202# said so",
    "They want €1,2##.00 for it",
    "See invoice INV-2025-00####",
    "The reference is 47110029##",
    "The meter shows 0073#### today",
    "Case AZ 12.##.2024/77 is mine",
    "I found article 4006381#####",
    "The number {card} on the parcel is no card",
    "Room 3.1#.4 on floor 2, desk 1#",
    "It has 12 500 ### inhabitants",
    "Write @townhall in the post",
    "Between 8.30-12.00 and 14.00-17.3# nobody answers",
]
