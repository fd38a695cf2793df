from collections.abc import AsyncGenerator

import pytest

from tests.integration.fetch.servers import WAYS, Site, fetcher_for, running_site
from wellspring_common.fetch.fetcher import Fetcher


@pytest.fixture
async def site() -> AsyncGenerator[Site]:
    async with running_site() as found:
        yield found


@pytest.fixture(params=WAYS)
def lean(request: pytest.FixtureRequest) -> bool:
    """Whether probes go the lean way. Whoever wants this runs both ways."""
    return bool(request.param == WAYS[0])


@pytest.fixture
async def prober(site: Site, lean: bool) -> AsyncGenerator[Fetcher]:
    async with fetcher_for(site.port, lean=lean) as found:
        yield found
