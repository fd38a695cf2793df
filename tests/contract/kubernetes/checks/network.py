"""Who may speak to whom, worked out from the policies as Kubernetes reads them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network

from tests.contract.kubernetes.manifests import Document, Manifests

HOME = "wellspring"
PORTS = (
    *(("TCP", port) for port in (25, 53, 80, 443, 4222, 5432, 8000, 8222, 9100, 9187)),
    *(("UDP", port) for port in (53, 443)),
)

Edge = tuple[str, str, str]


@dataclass(frozen=True)
class Party:
    """Somebody on the network: a pod in a namespace, or an address outside of the cluster."""

    name: str
    namespace: str | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    address: str | None = None


OUTSIDERS = (
    Party("dns", "kube-system", {"k8s-app": "kube-dns"}),
    Party("ingress", "traefik", {"app.kubernetes.io/name": "traefik"}),
    Party("ingress of k3s", "kube-system", {"app.kubernetes.io/name": "traefik"}),
    Party("prometheus", "monitoring", {"app.kubernetes.io/name": "prometheus"}),
    Party("stranger", "default", {}),
    Party("stranger called gateway", "default", {"app.kubernetes.io/name": "gateway"}),
    Party("stranger called prometheus", "default", {"app.kubernetes.io/name": "prometheus"}),
    Party("neighbour in kube-system", "kube-system", {"k8s-app": "metrics-server"}),
    Party("internet", address="198.51.100.7"),
    Party("internet by IPv6", address="2001:db8::7"),
    Party("your Postgres", address="192.0.2.10"),
    Party("your NATS", address="192.0.2.20"),
    *(
        Party(f"private {address}", address=address)
        for address in (
            *("10.0.0.1", "172.16.0.1", "172.31.255.254", "192.168.0.1", "127.0.0.1", "0.0.0.0"),
            *("169.254.169.254", "100.64.0.1", "100.127.255.254", "198.18.0.1", "224.0.0.1", "240.0.0.1"),
            *("::1", "fc00::1", "fd00:ec2::254", "fe80::1", "ff02::1", "64:ff9b::a00:1", "::ffff:10.0.0.1"),
            *("2002:a00:1::1", "2001:0:a00:1::1"),
        )
    ),
)


def parties(manifests: Manifests) -> list[Party]:
    """Return our own pods and everybody else."""
    return [*(Party(pod.name, HOME, pod.labels) for pod in manifests.pods), *OUTSIDERS]


def edges(manifests: Manifests) -> set[Edge]:
    """Return who may open a connection to whom, on which port, where one end at least is a pod of ours."""
    rules = manifests.of_kind("NetworkPolicy")
    everybody = parties(manifests)
    return {
        (source.name, target.name, f"{protocol} {port}" if protocol != "TCP" else str(port))
        for source in everybody
        for target in everybody
        if source != target and HOME in {source.namespace, target.namespace}
        for protocol, port in PORTS
        if _may(rules, "Egress", source, target, (protocol, port))
        and _may(rules, "Ingress", target, source, (protocol, port))
    }


def half_edges(manifests: Manifests) -> list[str]:
    """Say where one of two pods of ours may speak and the other may not hear, or the other way round."""
    rules = manifests.of_kind("NetworkPolicy")
    ours = [one for one in parties(manifests) if one.namespace == HOME]
    found = []
    for source in ours:
        for target in ours:
            for protocol, port in PORTS:
                speaks = _may(rules, "Egress", source, target, (protocol, port))
                hears = _may(rules, "Ingress", target, source, (protocol, port))
                if source != target and speaks != hears:
                    verb = "may not be heard by" if speaks else "may not speak to"
                    found.append(f"{source.name} {verb} {target.name} on {protocol} {port}")
    return found


def _may(rules: Iterable[Document], way: str, own: Party, other: Party, at: tuple[str, int]) -> bool:
    """Return whether `own` is allowed this way. Without a policy that selects it, it is."""
    if own.namespace != HOME:
        return True
    chosen = [
        one["spec"]
        for one in rules
        if way in one["spec"]["policyTypes"] and _selects(one["spec"]["podSelector"], own.labels)
    ]
    side = "to" if way == "Egress" else "from"
    allowed = [rule for spec in chosen for rule in spec.get(way.lower(), [])]
    return not chosen or any(
        _port_fits(rule.get("ports"), *at)
        and ((side not in rule) or any(_is_peer(peer, other) for peer in rule[side]))
        for rule in allowed
    )


def _port_fits(ports: list[Document] | None, protocol: str, port: int) -> bool:
    if not ports:
        return True
    same = [one for one in ports if one.get("protocol", "TCP") == protocol]
    return any(port in _span(one) for one in same)


def _span(one: Document) -> range:
    if "port" not in one:
        return range(1, 65536)
    last = one["endPort"] if "endPort" in one else one["port"]
    return range(one["port"], last + 1)


def _is_peer(peer: Document, party: Party) -> bool:
    if "ipBlock" in peer:
        if party.address is None:
            return False
        address, block = ip_address(party.address), peer["ipBlock"]
        inside = address in ip_network(block["cidr"])
        return inside and not any(address in ip_network(one) for one in block.get("except", []))
    if party.namespace is None:
        return False
    if "namespaceSelector" in peer:
        labels = {"kubernetes.io/metadata.name": party.namespace}
        if not _selects(peer["namespaceSelector"], labels):
            return False
    elif party.namespace != HOME:
        return False
    return _selects(peer.get("podSelector", {}), party.labels)


def _selects(selector: Document, labels: Mapping[str, str]) -> bool:
    if not selector.get("matchLabels", {}).items() <= labels.items():
        return False
    for one in selector.get("matchExpressions", []):
        if one["operator"] != "In":
            raise NotImplementedError(one["operator"])
        if labels.get(one["key"]) not in one["values"]:
            return False
    return True
