"""What an operator does before a title may be published."""

from tests.support.gateway import Operator


async def own(operator: Operator, show: str) -> int:
    """Say that a title is the operator's own, and return its id."""
    titles = f"{operator.url}/api/v1/titles"
    async with operator.session.get(titles, params={"q": show}) as response:
        (title,) = [each for each in (await response.json())["titles"] if each["title"] == show]
    url = f"{titles}/{title['id']}"
    async with operator.session.get(url) as response:
        headers = {**operator.headers, "If-Match": response.headers["ETag"]}
    async with operator.session.patch(url, json={"rights": "owned"}, headers=headers) as response:
        assert response.status == 200, await response.text()
    return int(title["id"])
