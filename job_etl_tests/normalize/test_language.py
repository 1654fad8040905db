import pytest
from hypothesis import given
from hypothesis import strategies as st

from job_etl.normalize.language import detect, language


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("en", "We are looking for a baker who will bake bread with us every morning and bring it to our customers."),
        (
            "fr",
            "Nous recherchons une boulangère pour rejoindre notre équipe et cuire le pain avec nous tous les matins.",
        ),
        ("de", "Wir suchen eine Bäckerin, die mit uns jeden Morgen das Brot backt und es zu den Kunden bringt."),
        ("es", "Buscamos una panadera que haga el pan con nosotros todas las mañanas y lo lleve a los clientes."),
        ("nl", "Wij zoeken een bakker die elke ochtend met ons het brood bakt en het naar onze klanten brengt."),
        (
            "it",
            "Cerchiamo una fornaia che prepari il pane con noi ogni mattina e lo porti ai nostri clienti della città.",
        ),
        ("pt", "Procuramos uma padeira que faça o pão com a nossa equipa todas as manhãs e o leve para os clientes."),
        ("pl", "Szukamy piekarza, który razem z nami będzie piekł chleb i dostarczał go do klientów w całym mieście."),
        ("sv", "Vi söker en bagare som bakar bröd tillsammans med oss varje morgon och kör ut det till våra kunder."),
        ("da", "Vi søger en bager, som bager brød sammen med os hver morgen og kører det ud til vores kunder i byen."),
    ],
)
def test_a_sentence_or_two_tell_the_language(code: str, text: str) -> None:
    assert detect(text) == code


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("de", "Bäckermeister (m/w/d)\nAushilfskraft Bäckerei, Reinigung"),
        ("fr", "Boulanger confirmé (H/F)\nPréparation de pâtes"),
        ("en", "baking and shaping\nmanaging deliveries carefully"),
        ("da", "ledelseserfaring, bagerarbejder, bageriarbejde, selvstændigt arbejde"),
        ("pl", "wypiekanie chleba, sprzątanie, obsługa klientów"),
    ],
)
def test_a_few_words_tell_the_language_by_their_endings_and_letters(code: str, text: str) -> None:
    assert detect(text) == code


@pytest.mark.parametrize("text", ["", "Rust Go C++ Kubernetes", "パン屋を募集しています", "Baker"])
def test_nothing_is_claimed_of_too_few_words_or_of_an_unknown_language(text: str) -> None:
    assert detect(text) is None


@pytest.mark.parametrize(
    ("given", "code"), [("de", "de"), ("en-US", "en"), ("pt_BR", "pt"), ("German", "de"), ("français", "fr")]
)
def test_the_providers_language_goes_first_when_it_is_one(given: str, code: str) -> None:
    found, origin = language(given, "We are looking for a baker who will bake bread with us.")
    assert found == code
    assert origin is not None
    assert origin.how == "given"


@pytest.mark.parametrize("given", ["xx", "klingon", "", "1"])
def test_what_is_no_language_is_not_taken_for_one(given: str) -> None:
    found, origin = language(given, "We are looking for a baker who will bake bread with us.")
    assert found == "en"
    assert origin is not None
    assert origin.how == "parsed"


@given(st.none() | st.text(), st.text(), st.text())
def test_any_text_has_a_language_with_an_origin_or_none(given: str | None, title: str, text: str) -> None:
    code, origin = language(given, text, title)
    assert (code is None) == (origin is None)
    assert code is None or len(code) == 2
