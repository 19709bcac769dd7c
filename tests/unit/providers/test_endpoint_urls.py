"""Addresses are encoded once, on purpose."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from adapters.providers.endpoint_urls import endpoint_url, with_version, without_version
from adapters.providers.google.adapter import versioned
from tests.unit.providers.sample_lists import a_connection


@pytest.mark.parametrize(
    ("part", "written"),
    [
        ("meta-llama/Llama-3.3-70B", "meta-llama%2FLlama-3.3-70B"),
        ("llama3:latest", "llama3:latest"),
        ("a b?c#d%2F", "a%20b%3Fc%23d%252F"),
        ("модель", "%D0%BC%D0%BE%D0%B4%D0%B5%D0%BB%D1%8C"),
    ],
)
def test_a_model_id_is_one_part_of_the_path(part: str, written: str) -> None:
    assert endpoint_url("https://x.example/v1", "models", part) == f"https://x.example/v1/models/{written}"


@given(st.text(min_size=1).filter(lambda part: part not in {".", ".."}), st.text())
def test_another_parser_reads_back_what_was_meant(part: str, value: str) -> None:
    try:
        part.encode()
        value.encode()
    except UnicodeEncodeError:
        return
    url = URL(endpoint_url("https://x.example/base", part, query={"token": value}), encoded=True)
    assert url.host == "x.example"
    assert len(url.raw_parts) == 3
    assert url.parts[2] == part
    assert url.query["token"] == value


@pytest.mark.parametrize(
    "base", ["https://x.example", "https://x.example/", "https://x.example/v1", "https://x.example/v1/"]
)
def test_an_endpoint_may_end_in_its_version_or_not(base: str) -> None:
    assert with_version(base) == "https://x.example/v1"
    assert without_version(base) == "https://x.example"


@pytest.mark.parametrize(
    ("base", "settings", "url"),
    [
        ("https://g.example", {}, "https://g.example/v1beta"),
        ("https://g.example/v1", {}, "https://g.example/v1"),
        ("https://g.example/v1", {"apiVersion": "v1beta"}, "https://g.example/v1beta"),
        ("https://g.example/v1alpha/", {"apiVersion": "v2"}, "https://g.example/v2"),
        ("https://g.example/proxy", {"apiVersion": "v1"}, "https://g.example/proxy/v1"),
        ("https://g.example/vision", {}, "https://g.example/vision/v1beta"),
    ],
)
def test_googles_version_is_the_settings_before_the_endpoints(base: str, settings: dict[str, str], url: str) -> None:
    assert versioned(a_connection("google", base=base, **settings)) == url
