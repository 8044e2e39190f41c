"""Nothing is sent anywhere: a whole run, the site's build among it, asks for no address but those of this machine."""

LOCAL = {"127.0.0.1", "::1", "localhost", "None", "0.0.0.0"}  # noqa: S104 - an address to look for


def test_a_whole_run_asks_for_no_address_of_another_machine(addresses_asked_for: list[str]) -> None:
    asked = {tuple(line.split(maxsplit=2)) for line in addresses_asked_for}
    watched = {program for program, _, host in asked if host == "watched.invalid"}
    assert watched == {"python", "node"}
    assert {(program, host) for program, _, host in asked} - {(p, h) for p in watched for h in LOCAL} == {
        (program, "watched.invalid") for program in watched
    }
