"""The `dingtalk` channel: a custom robot of a DingTalk group, signed as DingTalk asks.

Our own, because Apprise 2.2 encodes the signature twice (its `+`, `/` and `=` arrive as `%2B` …,
which DingTalk refuses as a wrong signature) and takes HTTP 200 for success, which DingTalk also
answers with when it refuses a message (`errcode`).

Source: https://open.dingtalk.com/document/orgapp/custom-robots-send-group-messages and
https://open.dingtalk.com/document/robots/customize-robot-security-settings
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import TYPE_CHECKING
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from realtrade.notifications.errors import NotDelivered

if TYPE_CHECKING:
    from realtrade.notifications.dingtalk_config import DingtalkConfig
    from realtrade.plugins.ports.build import BuildContext
    from realtrade.plugins.secret import Secret
    from realtrade.utils.clock import Clock

_TIMEOUT_S = 10.0
_MOST_BYTES = 64 * 1024


def build(config: DingtalkConfig, context: BuildContext) -> DingtalkChannel:
    """Return the channel of the recipe's robot."""
    return DingtalkChannel(
        config,
        token=context.secret(config.token),
        secret=None if config.secret is None else context.secret(config.secret),
        clock=context.clock,
    )


def signature(timestamp_ms: int, secret: str) -> str:
    """Return the signature DingTalk wants: HMAC-SHA256 of time and secret, keyed by the secret."""
    said = f"{timestamp_ms}\n{secret}".encode()
    return base64.b64encode(hmac.new(secret.encode(), said, hashlib.sha256).digest()).decode()


class DingtalkChannel:
    """Sends plain text, which DingTalk shows as it is."""

    def __init__(
        self, config: DingtalkConfig, *, token: Secret, secret: Secret | None, clock: Clock
    ) -> None:
        self._url = config.endpoint
        self._mobiles = list(config.at_mobiles)
        self._token, self._secret = token, secret
        self._clock = clock

    def send(self, title: str, text: str) -> None:
        """Deliver one message.

        Raises:
            NotDelivered: DingTalk refused it or could not be reached; the token is not in it.
        """
        words = {"access_token": self._token.reveal()}
        if self._secret is not None:
            now_ms = self._clock.now_ms()
            words |= {"timestamp": str(now_ms), "sign": signature(now_ms, self._secret.reveal())}
        body = {
            "msgtype": "text",
            "text": {"content": f"{title}\n{text}"},
            "at": {"atMobiles": self._mobiles, "isAtAll": False},
        }
        answer = self._post(f"{self._url}?{urlencode(words)}", json.dumps(body).encode())
        if answer.get("errcode") != 0:
            told = str(answer.get("errmsg", "no errcode in its answer"))[:200]
            msg = f"DingTalk refused the message: {answer.get('errcode')} {told}"
            raise NotDelivered(msg)

    def _post(self, url: str, body: bytes) -> dict[str, object]:
        request = Request(url, body, {"Content-Type": "application/json"})  # noqa: S310 - the scheme is checked by the settings
        try:
            with urlopen(request, timeout=_TIMEOUT_S) as response:  # noqa: S310 - see above
                answer = json.loads(response.read(_MOST_BYTES))
        except OSError as error:
            if isinstance(error, HTTPError):
                error.close()
            reason = getattr(error, "reason", error)
            msg = f"DingTalk cannot be reached: {type(error).__name__}: {reason}"
            raise NotDelivered(msg) from None
        except ValueError:
            msg = "DingTalk's answer is no JSON"
            raise NotDelivered(msg) from None
        return answer if isinstance(answer, dict) else {}
