import asyncio, pytest
from .running import *
from .conftest import *
@pytest.mark.parametrize("n", range(60))
async def test_zz(own_gateway, n):
    admin = await own_gateway.signed_in("admin")
    await asyncio.gather(*(admin.send("PATCH", "/api/v1/settings", {"link_ttl_hours": 5+i}) for i in range(4)))
    await asyncio.sleep(n*0.0005)
    own_gateway.main.cancel()
    _, running = await asyncio.wait({own_gateway.main}, timeout=3)
    if running:
        print("HANG", n)
        for t in asyncio.all_tasks():
            if t is not asyncio.current_task(): print("TASK", t.get_name(), t.cancelling(), t.get_coro(), [str(f) for f in t.get_stack()])
        raise SystemExit
