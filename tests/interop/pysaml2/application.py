"""Python's pysaml2 as an application that lets its users sign in at a running server.

Arguments: base address, file with the server's certificate, folder with `sp-key.pem` and `sp-cert.pem`. What is signed is
verified by xmlsec1, which pysaml2 calls. Prints a line for each thing that worked; the test that starts it compares them.
"""

import base64
import html
import re
import sys
import urllib.parse

import requests
from saml2 import BINDING_HTTP_POST, BINDING_HTTP_REDIRECT
from saml2.client import Saml2Client
from saml2.config import SPConfig

BASE, CERTIFICATE, FOLDER = sys.argv[1], sys.argv[2], sys.argv[3]
ENTITY = "https://sp.example"
SLO = f"{ENTITY}/slo"
SEALED = "https://sealed.example"
PASSWORD = "Tom@1234"
STATE = "where & 'he' was"


def browser():
    session = requests.Session()
    session.verify = CERTIFICATE
    session.trust_env = False
    return session


def application(metadata, signs=True, entity=ENTITY):
    keys = {"key_file": f"{FOLDER}/sp-key.pem", "cert_file": f"{FOLDER}/sp-cert.pem"}
    config = SPConfig().load(
        {
            "entityid": entity,
            **keys,
            "encryption_keypairs": [keys],
            "xmlsec_binary": "/usr/bin/xmlsec1",
            "metadata": {"inline": [metadata]},
            "allow_unknown_attributes": True,
            "service": {
                "sp": {
                    "endpoints": {
                        "assertion_consumer_service": [(f"{entity}/acs", BINDING_HTTP_POST)],
                        "single_logout_service": [(SLO, BINDING_HTTP_POST)],
                    },
                    "authn_requests_signed": signs,
                    "logout_requests_signed": signs,
                    "want_response_signed": True,
                    "want_assertions_signed": True,
                    "allow_unsolicited": False,
                    "signing_algorithm": "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
                    "digest_algorithm": "http://www.w3.org/2001/04/xmlenc#sha256",
                }
            },
        }
    )
    return Saml2Client(config)


def fields(page):
    """The fields of a form, whichever quotes they are written with."""
    found = {}
    for tag in re.findall(r"<input [^>]*>", page):
        name = re.search(r"""name=(["'])(.*?)\1""", tag)
        value = re.search(r"""value=(["'])(.*?)\1""", tag)
        if name:
            found[name[2]] = html.unescape(value[2]) if value else ""
    return found


def carry(session, how):
    """Takes a message to the server as the application's page or redirect says."""
    headers = dict(how["headers"])
    if "Location" in headers:
        return session.get(headers["Location"])
    action = html.unescape(re.search(r'action="([^"]*)"', how["data"])[1])
    return session.post(action, data=fields(how["data"]))


def ask(application, binding):
    identifier, how = application.prepare_for_authenticate(
        entityid=idp, binding=binding, relay_state=STATE, response_binding=BINDING_HTTP_POST
    )
    return identifier, how


def sign_in(session, page):
    """Fills the login form in."""
    assert "authenticationendpoint/login.do" in page.url, page.url
    form = {**fields(page.text), "username": "tom", "password": PASSWORD}
    form.pop("chkRemember", None)
    return session.post(f"{BASE}/samlsso", data=form)


def take(application, page, identifier):
    """What the application learns of a page that carries an answer to it."""
    acs = f"{application.config.entityid}/acs"
    assert f"action='{acs}'" in html.unescape(page.text), page.text
    carried = fields(page.text)
    assert carried["RelayState"] == STATE, carried
    return application.parse_authn_request_response(
        carried["SAMLResponse"], BINDING_HTTP_POST, {identifier: STATE}
    )


def signed_in(application, session, binding):
    identifier, how = ask(application, binding)
    return take(application, sign_in(session, carry(session, how)), identifier)


def session_index(response):
    return response.session_info()["session_index"]


def check_login(binding):
    client, session = application(metadata), browser()
    response = signed_in(client, session, binding)
    assert response.name_id.text == "tom", response.name_id
    assert response.in_response_to and session_index(response)
    assert response.ava == {"http://wso2.org/claims/emailaddress": ["tom@example.org"]}, response.ava
    # Somebody who is signed in is not asked again.
    identifier, how = ask(client, binding)
    again = take(client, carry(session, how), identifier)
    assert session_index(again) == session_index(response)


def refused(page):
    assert "samlsso_notification.do" in page.url and "SAMLResponse" not in page.text, page.url


def check_unsigned():
    for binding in (BINDING_HTTP_REDIRECT, BINDING_HTTP_POST):
        client = application(metadata, signs=False)
        _, how = ask(client, binding)
        refused(carry(browser(), how))


def check_replayed():
    client = application(metadata)
    for binding in (BINDING_HTTP_REDIRECT, BINDING_HTTP_POST):
        identifier, how = ask(client, binding)
        session = browser()
        take(client, sign_in(session, carry(session, how)), identifier)
        refused(carry(session, how))


def check_altered():
    client, session = application(metadata), browser()
    identifier, how = ask(client, BINDING_HTTP_REDIRECT)
    page = sign_in(session, carry(session, how))
    text = base64.b64decode(fields(page.text)["SAMLResponse"]).decode()
    assert ">tom<" in text
    altered = base64.b64encode(text.replace(">tom<", ">eve<").encode()).decode()
    try:
        client.parse_authn_request_response(altered, BINDING_HTTP_POST, {identifier: STATE})
    except Exception as why:
        assert "ignature" in f"{type(why).__name__} {why}", why
    else:
        raise AssertionError("pysaml2 takes what was altered")


def check_encrypted():
    client, session = application(metadata, entity=SEALED), browser()
    identifier, how = ask(client, BINDING_HTTP_REDIRECT)
    page = sign_in(session, carry(session, how))
    text = base64.b64decode(fields(page.text)["SAMLResponse"]).decode()
    # Letters alone could stand in the cipher by chance.
    assert ":EncryptedAssertion" in text and ":Assertion" not in text and ">tom<" not in text, text
    assert take(client, page, identifier).name_id.text == "tom"


def check_logout(binding):
    client, session = application(metadata), browser()
    response = signed_in(client, session, BINDING_HTTP_POST)
    # The metadata names the redirect alone, as the original's does; both ways are taken.
    location = f"{BASE}/samlsso"
    _, message = client.create_logout_request(
        location,
        idp,
        name_id=response.name_id,
        expire="2100-01-01T00:00:00Z",
        session_indexes=[session_index(response)],
        sign=binding == BINDING_HTTP_POST,
    )
    how = client.apply_binding(
        binding, str(message), location, STATE, sign=binding == BINDING_HTTP_REDIRECT
    )
    page = carry(session, how)
    assert f"action='{SLO}'" in html.unescape(page.text), page.text
    answer = client.parse_logout_request_response(fields(page.text)["SAMLResponse"], BINDING_HTTP_POST)
    assert answer.status_ok()
    # The session is over: the next request asks for the password.
    _, how = ask(client, BINDING_HTTP_REDIRECT)
    assert "authenticationendpoint/login.do" in carry(session, how).url


metadata = browser().get(f"{BASE}/identity/metadata/saml2").text
idp = list(application(metadata).metadata.identity_providers())[0]
assert urllib.parse.urlsplit(BASE).hostname == "localhost"
for name, check in [
    ("login by redirect", lambda: check_login(BINDING_HTTP_REDIRECT)),
    ("login by form", lambda: check_login(BINDING_HTTP_POST)),
    ("unsigned request", check_unsigned),
    ("replayed request", check_replayed),
    ("altered answer", check_altered),
    ("encrypted answer", check_encrypted),
    ("logout by redirect", lambda: check_logout(BINDING_HTTP_REDIRECT)),
    ("logout by form", lambda: check_logout(BINDING_HTTP_POST)),
]:
    check()
    print(name)
