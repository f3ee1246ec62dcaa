import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.http_tools.addresses import AddressError, Target, check_addresses, check_target, target

SHOP = Target("https", "shop.example", 443)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://shop.example/x", SHOP),
        ("https://Shop.Example:443", SHOP),
        ("http://shop.example:8080/x?y", Target("http", "shop.example", 8080)),
        ("https://[2606:4700::1111]/", Target("https", "2606:4700::1111", 443)),
        ("https://93.184.216.34/", Target("https", "93.184.216.34", 443)),
        ("https://bücher.example/", Target("https", "xn--bcher-kva.example", 443)),
    ],
)
def test_a_url_says_where_it_leads(url: str, expected: Target) -> None:
    assert target(url) == expected


@pytest.mark.parametrize(
    "url",
    [
        "ftp://shop.example/",
        "file:///etc/passwd",
        "gopher://shop.example/",
        "javascript:alert(1)",
        "//shop.example/",
        "shop.example",
        "https://",
        "https:///path",
        "https://user@shop.example/",
        "https://shop.example@127.0.0.1/",
        "https://shop.example\\@127.0.0.1/",
        "https://shop.example /",
        "https://shop.\texample/",
        "https://shop.example:99999/",
        "https://shop.example:x/",
        "https://[::1%25eth0]/",
        "https://[shop.example]/",
        "https://shop..example/",
        "https://shop{x}.example/",
        # what systems read as 127.0.0.1 and people do not
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0x7f.1/",
        "https://0177.0.0.1/",
        "https://127.1/",
        "https://127.0.0.1./",
        "https://127.0.0.0x1/",
        "https://①②⑦.0.0.1:8/",
    ],
)
def test_a_url_that_can_be_read_in_two_ways_is_refused(url: str) -> None:
    with pytest.raises(AddressError):
        check_addresses(where := target(url), [where.host], ())


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:4700::1111", "64:ff9b::5db8:d822"])
def test_a_public_address_may_be_asked(address: str) -> None:
    [found] = check_addresses(SHOP, [address], ())
    assert str(found) == address


NOT_PUBLIC = [
    "127.0.0.1",
    "127.255.255.254",
    "0.0.0.0",  # noqa: S104 - an address to be refused
    "0.1.2.3",
    "10.0.0.1",
    "100.64.0.1",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.8",
    "192.0.2.1",
    "192.168.0.1",
    "198.18.0.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::a00:1",
    "2001:0:53aa:64c:0:0:80ff:fffe",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:5db8:d822::1",
    "fc00::1",
    "fd12:3456::1",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "ff0e::1",
]


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_an_address_that_is_not_public_is_refused(address: str) -> None:
    with pytest.raises(AddressError, match=r"shop\.example: its address is"):
        check_addresses(SHOP, [address], ())


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_one_such_address_among_good_ones_is_enough(address: str) -> None:
    with pytest.raises(AddressError):
        check_addresses(SHOP, ["93.184.216.34", address], ())


@given(st.ip_addresses(v=4))
def test_an_address_is_judged_alike_in_all_its_ipv6_clothes(address) -> None:
    def verdict(text: str) -> bool:
        try:
            check_addresses(SHOP, [text], ())
        except AddressError:
            return False
        return True

    assert verdict(f"::ffff:{address}") == verdict(str(address))
    assert verdict(f"64:ff9b::{address}") == verdict(str(address))


def test_a_host_without_an_address_is_refused() -> None:
    with pytest.raises(AddressError, match="no address"):
        check_addresses(SHOP, [], ())


@pytest.mark.parametrize(
    ("url", "allow", "may"),
    [
        ("https://shop.example/", (), True),
        ("http://shop.example/", (), False),
        ("https://shop.example:8443/", (), False),
        ("https://shop.example:22/", (), False),
        ("http://crm.internal/", ("crm.internal",), True),
        ("https://crm.internal/", ("crm.internal",), True),
        ("http://crm.internal:8080/", ("crm.internal",), False),
        ("http://crm.internal:8080/", ("crm.internal:8080",), True),
        ("http://crm.internal./", ("crm.internal",), True),
        ("http://crm.internal/", ("crm.internal:8080",), False),
        ("http://evil-crm.internal/", ("crm.internal",), False),
        ("http://crm.internal.evil.example/", ("crm.internal",), False),
        ("http://[::1]:80/", ("[::1]",), True),
    ],
)
def test_only_https_on_its_port_is_asked_unless_the_host_is_named(
    url: str, allow: tuple[str, ...], may: bool
) -> None:
    if may:
        check_target(target(url), allow)
    else:
        with pytest.raises(AddressError, match="TANDEM_HTTP_TOOLS_ALLOW"):
            check_target(target(url), allow)


def test_a_host_that_is_named_may_be_private() -> None:
    crm = Target("http", "crm.internal", 80)
    assert check_addresses(crm, ["10.0.0.7", "::1"], ("crm.internal",))


@pytest.mark.parametrize("address", ["169.254.169.254", "::ffff:169.254.169.254", "::", "224.0.0.1"])
def test_a_name_never_leads_to_where_clouds_keep_credentials_even_when_named(address: str) -> None:
    with pytest.raises(AddressError):
        check_addresses(Target("http", "crm.internal", 80), [address], ("crm.internal",))


def test_an_address_that_is_named_itself_may_be_asked_whatever_it_is() -> None:
    metadata = Target("http", "169.254.169.254", 80)
    assert check_addresses(metadata, ["169.254.169.254"], ("169.254.169.254",))
