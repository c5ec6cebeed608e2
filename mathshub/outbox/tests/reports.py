"""Delivery reports as the great mail systems write them, about one message of ours."""

OURS = "<2f0f0b6e-5a0c-5c0e-9d0b-7a2c0d8f6a11@mathshub.example.org>"
HEAD = "head@school.example"

EXCHANGE = f"""\
From: Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@school.example>
To: <portal@mathshub.example.org>
Date: Mon, 23 Nov 2026 09:00:04 +0000
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="c3b9f6ee-4a6e-4b4e-8f5a-1d2b"
X-MS-Exchange-Message-Is-Ndr:
Content-Language: en-GB
Message-ID: <1b2c3d@LO2P265MB0001.GBRP265.PROD.OUTLOOK.COM>
In-Reply-To: {OURS}
References: {OURS}
Subject: Undeliverable: Your expression of interest
MIME-Version: 1.0

--c3b9f6ee-4a6e-4b4e-8f5a-1d2b
Content-Type: multipart/alternative; differences=Content-Type;
\tboundary="d4-inner"

--d4-inner
Content-Type: text/plain; charset="us-ascii"
Content-Transfer-Encoding: quoted-printable

Your message to {HEAD} couldn't be delivered.

--d4-inner--

--c3b9f6ee-4a6e-4b4e-8f5a-1d2b
Content-Type: message/delivery-status

Reporting-MTA: dns;LO2P265MB0001.GBRP265.PROD.OUTLOOK.COM
Received-From-MTA: dns;mail.mathshub.example.org
Arrival-Date: Mon, 23 Nov 2026 09:00:03 +0000

Final-Recipient: rfc822;{HEAD}
Action: failed
Status: 5.1.10
Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound;
 Recipient {HEAD} not found by SMTP address lookup

--c3b9f6ee-4a6e-4b4e-8f5a-1d2b
Content-Type: message/rfc822

Received: from mail.mathshub.example.org (192.0.2.1)
From: "Lea Valley Maths Hub" <portal@mathshub.example.org>
To: "Grace Obi" <{HEAD}>
Message-ID: {OURS}
Subject: Your expression of interest
Content-Type: text/plain

We have it.
--c3b9f6ee-4a6e-4b4e-8f5a-1d2b--
"""

POSTFIX = f"""\
Return-Path: <>
Date: Mon, 23 Nov 2026 09:00:04 +0000 (GMT)
From: MAILER-DAEMON@mail.mathshub.example.org (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: portal@mathshub.example.org
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="4CfZ0H2k1Xz.1732352404/mail.mathshub.example.org"
Message-Id: <20261123090004.4CfZ0H@mail.mathshub.example.org>

This is a MIME-encapsulated message.

--4CfZ0H2k1Xz.1732352404/mail.mathshub.example.org
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

--4CfZ0H2k1Xz.1732352404/mail.mathshub.example.org
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.mathshub.example.org
X-Postfix-Queue-ID: 4CfZ0H2k1Xz
X-Postfix-Sender: rfc822; portal@mathshub.example.org
Arrival-Date: Mon, 23 Nov 2026 09:00:02 +0000 (GMT)

Final-Recipient: rfc822; {HEAD}
Original-Recipient: rfc822;{HEAD}
Action: failed
Status: 5.0.0
Remote-MTA: dns; mx.school.example
Diagnostic-Code: smtp; 550 5.1.1 <{HEAD}>: Recipient address rejected: User
    unknown in virtual mailbox table

--4CfZ0H2k1Xz.1732352404/mail.mathshub.example.org
Content-Description: Undelivered Message Headers
Content-Type: text/rfc822-headers

From: "Lea Valley Maths Hub" <portal@mathshub.example.org>
To: "Grace Obi" <{HEAD}>
Message-ID: {OURS}
Subject: Your expression of interest

--4CfZ0H2k1Xz.1732352404/mail.mathshub.example.org--
"""

GMAIL = f"""\
Delivered-To: portal@mathshub.example.org
Content-Type: multipart/report; boundary="0000000000006d0f7f05"; report-type=delivery-status
To: portal@mathshub.example.org
Auto-Submitted: auto-replied
From: Mail Delivery Subsystem <mailer-daemon@googlemail.com>
Subject: Delivery Status Notification (Failure)
References: {OURS}
In-Reply-To: {OURS}
X-Failed-Recipients: {HEAD}
Message-ID: <6743.170a0220.1@mx.google.com>
Date: Mon, 23 Nov 2026 01:00:04 -0800 (PST)

--0000000000006d0f7f05
Content-Type: multipart/related; boundary="0000000000006d0f8a06"

--0000000000006d0f8a06
Content-Type: text/plain; charset="UTF-8"

** Address not found **

--0000000000006d0f8a06--
--0000000000006d0f7f05
Content-Type: message/delivery-status

Reporting-MTA: dns; googlemail.com
Received-From-MTA: dns; portal@mathshub.example.org
Arrival-Date: Mon, 23 Nov 2026 01:00:03 -0800 (PST)
X-Original-Message-ID: {OURS}

Final-Recipient: rfc822; {HEAD}
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550-5.1.1 The email account that you tried to reach does not exist.
Last-Attempt-Date: Mon, 23 Nov 2026 01:00:04 -0800 (PST)

--0000000000006d0f7f05
Content-Type: message/rfc822

MIME-Version: 1.0
From: portal@mathshub.example.org
Subject: Your expression of interest

----- Message truncated -----

--0000000000006d0f7f05--
"""

COMPLAINT = f"""\
From: <feedback@isp.example>
To: <abuse@mathshub.example.org>
Subject: FW: Your expression of interest
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="part1"

--part1
Content-Type: text/plain

This is an e-mail abuse report.

--part1
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: SomeGenerator/1.0
Version: 1
Original-Rcpt-To: <{HEAD}>

--part1
Content-Type: message/rfc822

From: <portal@mathshub.example.org>
Message-ID: {OURS}
Subject: Your expression of interest

We have it.
--part1--
"""

OUT_OF_OFFICE = f"""\
From: Grace Obi <{HEAD}>
To: portal@mathshub.example.org
Subject: Automatic reply: Your expression of interest
In-Reply-To: {OURS}
Auto-Submitted: auto-replied
X-Auto-Response-Suppress: All
Content-Type: text/plain

I am away until Monday. For 550 5.1.1 matters ask the office.
"""

READ_RECEIPT = f"""\
From: Grace Obi <{HEAD}>
To: portal@mathshub.example.org
Subject: Read: Your expression of interest
In-Reply-To: {OURS}
Content-Type: multipart/report; report-type=disposition-notification; boundary="mdn"

--mdn
Content-Type: text/plain

It was read.
--mdn
Content-Type: message/disposition-notification

Final-Recipient: rfc822;{HEAD}
Original-Message-ID: {OURS}
Disposition: automatic-action/MDN-sent-automatically; displayed

--mdn--
"""

DELAYED = POSTFIX.replace("Action: failed", "Action: delayed").replace("5.0.0", "4.4.1")
RELAYED = POSTFIX.replace("Action: failed", "Action: relayed").replace("5.0.0", "2.0.0")


def report(
    status: str, diagnostic: str = "", *, recipient: str = HEAD, original: str = ""
) -> bytes:
    """A failure with this status, as Postfix writes it."""
    text = POSTFIX.replace("Status: 5.0.0", f"Status: {status}")
    start = text.index("Diagnostic-Code")
    end = text.index("\n\n", start)
    text = (
        text[:start]
        + (f"Diagnostic-Code: smtp; {diagnostic}" if diagnostic else "X: y")
        + text[end:]
    )
    text = text.replace(f"Final-Recipient: rfc822; {HEAD}", f"Final-Recipient: rfc822; {recipient}")
    line = f"Original-Recipient: rfc822;{HEAD}\n"
    return text.replace(
        line, f"Original-Recipient: rfc822;{original}\n" if original else ""
    ).encode()
