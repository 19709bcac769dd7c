"""What a client sees of the faults of lists; each function checks the fault of its name."""

from tests.contract.sandbox.sandbox_client import SandboxClient


async def empty_list(talk: SandboxClient) -> None:
    talk.sandbox.faults.add(kind="empty_list")
    assert (await talk.list()).json() == {"object": "list", "data": []}


async def second_page_fails(talk: SandboxClient) -> None:
    anthropic = SandboxClient(talk.sandbox, talk.http, "anthropic")
    talk.sandbox.faults.add(kind="second_page_fails")
    first = (await anthropic.list()).json()
    second = await anthropic.list(f"?after_id={first['last_id']}")
    assert (first["has_more"], second.status) == (True, 500)
    assert second.json()["error"]["type"] == "api_error"


async def repeating_page_token(talk: SandboxClient) -> None:
    talk.sandbox.faults.add(kind="repeating_page_token")
    anthropic, google = (
        SandboxClient(talk.sandbox, talk.http, "anthropic"),
        SandboxClient(talk.sandbox, talk.http, "google"),
    )
    first = (await anthropic.list()).json()
    assert (await anthropic.list(f"?after_id={first['last_id']}")).json() == first
    page = (await google.list()).json()
    assert (await google.list(f"?pageToken={page['nextPageToken']}")).json() == page


async def endless_pages(talk: SandboxClient) -> None:
    talk.sandbox.faults.add(kind="endless_pages")
    anthropic, google = (
        SandboxClient(talk.sandbox, talk.http, "anthropic"),
        SandboxClient(talk.sandbox, talk.http, "google"),
    )
    ids: set[str] = set()
    cursor = token = ""
    for _ in range(5):
        page = (await anthropic.list(f"?after_id={cursor}" if cursor else "")).json()
        cursor = page["last_id"]
        other = (await google.list(f"?pageToken={token}" if token else "")).json()
        token = other["nextPageToken"]
        ids |= {model["id"] for model in page["data"]} | {model["name"] for model in other["models"]}
    assert len(ids) == 5 * (20 + 50)
