"""Builds everything, and lists everything that can happen to an event: the first file to read.

An event passes GATES, the authorisation rules, then PROJECTIONS inside its transaction; after the
commit VIEWS advance what is in memory, and SECTIONS show it in a sync. CONSUMERS read the log at
their own pace.
"""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path

from depesha.accounts import Accounts, Passwords, caller_of, keep_house, operator_of
from depesha.accounts import api as accounts_api
from depesha.accounts import api_account as accounts_account_api
from depesha.accounts import api_admin as accounts_admin_api
from depesha.accounts import api_devices as accounts_devices_api
from depesha.accounts import api_discovery as accounts_discovery_api
from depesha.accounts import api_pages as accounts_pages_api
from depesha.accounts import api_policies as accounts_policies_api
from depesha.accounts import api_roles as accounts_roles_api
from depesha.accounts import api_s2s as accounts_s2s_api
from depesha.app import openapi, site, status
from depesha.app.acme import load_issued
from depesha.app.registrations import load_registrations
from depesha.audit import api as audit_api
from depesha.base.clock import Clock
from depesha.base.config import Config
from depesha.base.mail_server import read_mail_server
from depesha.bots import (
    Bots,
    ServiceClient,
    ServiceNetworks,
    Services,
    make_users,
    serve_services,
)
from depesha.bots import api as bots_api
from depesha.calls import Calls
from depesha.calls import api as calls_api
from depesha.contacts import Contacts, follow_contacts, project_held
from depesha.contacts import api as contacts_api
from depesha.contacts import sync as contacts_sync
from depesha.duty import Hauls, keep_duty, label, make_duty, project_duty
from depesha.duty import api as duty_api
from depesha.duty import api_admin as duty_admin_api
from depesha.duty import api_chats as duty_chats_api
from depesha.duty import api_custody as duty_custody_api
from depesha.duty import api_own as duty_own_api
from depesha.duty import sync as duty_sync
from depesha.eventlog.append import EventLog, Follower, Gate, Hooks, Projection, View
from depesha.eventlog.consume import keep_cursors
from depesha.eventlog.follow import follow_others
from depesha.eventlog.institution import Institution
from depesha.http.endpoint import Bound, bind
from depesha.http.limits import TAKEN, Limits
from depesha.http.parked import Parked
from depesha.http.server import Server
from depesha.io.blobs import Blobs, Folder
from depesha.io.cpu import Cpu
from depesha.io.db import Db
from depesha.io.fetch import EVERYWHERE, Fetcher
from depesha.io.line import Line
from depesha.io.mail import Mailer
from depesha.io.observe import Metrics, sample_loop_lag
from depesha.io.s3 import Account, Bucket
from depesha.io.wake import Nats, Wake
from depesha.keys import Keys, follow_device, follow_person, is_cross_signing_key
from depesha.keys import api as keys_api
from depesha.keys import api_dehydrated as keys_dehydrated_api
from depesha.keys import sync as keys_sync
from depesha.keys.backup import api as keys_backup_api
from depesha.media import (
    ARRIVED,
    Kept,
    Map,
    Media,
    hear_arrival,
    keep_media,
    keep_picture,
)
from depesha.media import api as media_api
from depesha.media import api_map as media_map_api
from depesha.notices import Deliveries, Notices, keep_marks, make_jobs, project_urgent, send_notice
from depesha.notices import api as notices_api
from depesha.org import Org, follow_ended_account, is_within, load_org, project_talk
from depesha.org import api as org_api
from depesha.org import api_admin as org_admin_api
from depesha.org import gate as org_gate
from depesha.org import sync as org_sync
from depesha.posts import Posts, follow_holder, gate_post, load_posts, make_turns, project_post
from depesha.posts import api as posts_api
from depesha.posts import api_admin as posts_admin_api
from depesha.posts import sync as posts_sync
from depesha.profile import (
    Profile,
    follow_account,
    follow_name,
    load_name,
    project_openness,
    save_name,
    tell_names,
    tell_rest,
)
from depesha.profile import api as profile_api
from depesha.profile import api_admin as profile_admin_api
from depesha.profile import api_networks as profile_networks_api
from depesha.profile import sync as profile_sync
from depesha.push import Push
from depesha.push import api as push_api
from depesha.push import sync as push_sync
from depesha.push.deliver import deliver_pushes
from depesha.push.project import project_push
from depesha.push.project import view as push_view
from depesha.push.pushers import follow_device as follow_push_device
from depesha.push.webpush import load_vapid
from depesha.rooms import (
    Rooms,
    follow_deactivation,
    follow_placed,
    gate_secrecy,
    keep_groups,
    keep_notices,
    leave_rooms,
    notices_sender,
    project_group,
    project_guest_access,
    project_overtaken,
    send_due,
    view_deactivation,
    view_placed,
)
from depesha.rooms import api as rooms_api
from depesha.rooms import api_delayed as rooms_delayed_api
from depesha.rooms import api_directory as rooms_directory_api
from depesha.rooms import api_events as rooms_events_api
from depesha.rooms import api_units as rooms_units_api
from depesha.rooms import sync as rooms_sync
from depesha.search import Search
from depesha.search import api as search_api
from depesha.search.consume import keep_index
from depesha.signals import PRESENCE, TYPING, Signals, keep_presence
from depesha.signals import api as signals_api
from depesha.signals import sync as signals_sync
from depesha.signals import view as signals_view
from depesha.signin import (
    Names,
    Signin,
    check_login_code,
    has_factor,
    keep_directory,
    keep_signin,
    make_alerts,
    make_elsewhere,
    make_emails,
    make_way,
    read_scim_token,
    sso_flow,
)
from depesha.signin import api as signin_api
from depesha.signin import api_account as signin_account_api
from depesha.signin import api_consent as signin_consent_api
from depesha.signin import api_directory as signin_directory_api
from depesha.signin import api_enrol as signin_enrol_api
from depesha.signin import api_factors as signin_factors_api
from depesha.signin import api_mail as signin_mail_api
from depesha.signin import api_meetings as signin_meetings_api
from depesha.signin import api_oidc as signin_oidc_api
from depesha.signin import api_pages as signin_pages_api
from depesha.signin import api_rendezvous as signin_rendezvous_api
from depesha.signin import api_scim as signin_scim_api
from depesha.signin import follow_account as follow_signin_account
from depesha.spine import Spine
from depesha.surveys import api as surveys_api
from depesha.surveys import follow_account as follow_survey_account
from depesha.surveys import make_surveys
from depesha.surveys import sync as surveys_sync
from depesha.sync import Sync
from depesha.sync import api as sync_api
from depesha.sync import old as sync_old
from depesha.sync.record import Part
from depesha.sync.sliding import api as sliding_api
from depesha.timeline import Timelines, follow_subscriber, load_sticky, select_related
from depesha.timeline import api as timeline_api
from depesha.timeline import api_subscriptions as timeline_subscriptions_api
from depesha.timeline.project import project_relation
from depesha.timeline.sticky import project_sticky

UNSTABLE_FEATURES = (
    "org.matrix.simplified_msc3575",  # sliding sync
    "org.matrix.msc1763",  # how long messages are kept
    "org.matrix.msc3391",  # deleting account data
    "org.matrix.msc3814",  # dehydrated devices
    "org.matrix.msc3912",  # redacting what relates to an event
    "org.matrix.msc4028",  # pushing what is encrypted
    "org.matrix.msc4140",  # delayed events
    "org.matrix.msc4155",  # choosing whose invitations are taken
    "org.matrix.msc4262",  # profiles in a sliding sync
    "org.matrix.msc4429",  # and in the other
    "org.matrix.msc4354",  # messages that stick
    "org.matrix.msc4306",  # following threads
    "org.matrix.msc4308",  # and telling of it in a sliding sync
    # What the specification has by now, under the names that clients asked for before.
    "org.matrix.e2e_cross_signing",
    "org.matrix.msc3030",  # events by time
    "org.matrix.msc3916.stable",  # media for who is signed in
    "org.matrix.msc4222",  # state after the timeline
    "org.matrix.msc4380.stable",  # taking no invitations
    "uk.half-shot.msc2666.query_mutual_rooms.stable",
    "uk.tcpip.msc4133.stable",  # profile fields of one's own
)
"""What `/versions` tells of, beyond the versions of the specification."""

OAUTH_FEATURES = (
    "org.matrix.msc4108",  # signing a device in by a QR code
    "io.element.msc4388",  # and the later form of that
)
"""What it tells of besides, where clients sign in by the OAuth 2.0 API."""

Consumer = Callable[[], Coroutine[None, None, None]]
"""Runs until it is cancelled."""


@dataclass(frozen=True, slots=True)
class House:
    """One institution's server, ready to answer."""

    spine: Spine
    accounts: Accounts
    server: Server
    operator: Server
    """What the socket in the data folder leads to: the endpoints of administrators alone."""
    consumers: tuple[Consumer, ...]
    metrics: Metrics
    blobs: Blobs
    fetchers: tuple[Fetcher, ...]
    cpu: Cpu
    profile: Profile
    rooms: Rooms
    org: Org
    posts: Posts


async def build(config: Config, clock: Clock, db: Db, institution: Institution) -> House:
    """The house of one institution on an open, migrated database."""
    log = EventLog(
        db,
        clock,
        institution,
        tail_bytes=config.hot_tail_bytes,
        shared=db.engine == "postgresql",
    )
    metrics = Metrics()
    limits = Limits(clock, config.rate_limits)
    spine = Spine(institution, config, clock, db, log, limits)
    fetcher, map_fetcher = _fetcher(config.allowed_networks), _fetcher(EVERYWHERE)
    services = Services(load_registrations(config), ServiceClient(fetcher))
    emails, way = make_emails(spine, _mailer(config, clock)), make_way(config.ldap)
    accounts = Accounts(
        spine,
        Passwords(clock),
        appservices=services,
        claims=(is_cross_signing_key,),
        more_flows=(sso_flow(config),),
        emails=emails,
        second_factor=partial(check_login_code, spine),
        has_factor=has_factor,
        elsewhere=make_elsewhere(spine, way),
        unstable_features=UNSTABLE_FEATURES + OAUTH_FEATURES * config.oauth,
        reserved=frozenset({notices_sender(spine)}),
    )

    org = Org(spine, accounts, residents=frozenset({notices_sender(spine)}))
    contacts = Contacts(spine, accounts, org)
    profile = Profile(spine, accounts, org, networks=ServiceNetworks(services))
    keys = Keys(spine, accounts, contacts)
    cpu = Cpu()
    blobs = _blobs(config, clock)
    media = Media(spine, org, blobs, cpu, fetcher)
    signin = Signin(
        spine,
        accounts,
        Names(partial(load_name, profile), partial(save_name, profile)),
        fetcher,
        emails,
        org,
        partial(keep_picture, media),
        way,
        read_scim_token(config.scim_token_file),
        label(spine.institution),
    )
    rooms = Rooms(spine, accounts, profile, contacts, select_related)
    turns = make_turns(Posts(spine, accounts, org))
    notices = Notices(spine, accounts, profile, rooms, Deliveries(spine))
    notice_jobs = make_jobs(notices)
    surveys = make_surveys(spine, accounts, org, notices)
    alerts = make_alerts(spine, emails, partial(send_notice, notices))
    timeline = Timelines(spine, profile)
    signals = Signals(spine, profile)
    push = Push(
        spine, profile, contacts, signals, fetcher, load_vapid(config.data, config.base_url())
    )
    search = Search(spine, timeline)
    bots = Bots(spine, keys, rooms, signals, services)

    duty = make_duty(spine, accounts, org, profile, media, notices)

    sections: tuple[Part, ...] = (
        Part(partial(profile_sync.section, profile), profile_sync.KINDS),
        Part(partial(org_sync.section, org), org_sync.KINDS),
        Part(partial(contacts_sync.section, contacts), contacts_sync.KINDS),
        Part(partial(rooms_sync.section, rooms), rooms_sync.KINDS),
        Part(partial(posts_sync.section, turns.posts), posts_sync.KINDS),
        Part(partial(push_sync.section, push), push_sync.KINDS),
        Part(partial(surveys_sync.section, surveys), surveys_sync.KINDS),
        Part(partial(duty_sync.section, duty), duty_sync.KINDS),
        Part(partial(signals_sync.section, signals), signals_sync.KINDS, is_ephemeral=True),
        Part(partial(keys_sync.section, keys), keys_sync.KINDS, is_always=True),
    )
    sync = Sync(
        spine,
        profile,
        keys,
        rooms,
        timeline,
        signals,
        sections,
        partial(keys_sync.to_device, keys),
        notices.deliveries.take,
    )

    told = status.Status(spine, accounts, metrics)
    endpoints: tuple[Bound, ...] = (
        *bind(accounts, accounts_api.ENDPOINTS),
        *bind(accounts, accounts_account_api.ENDPOINTS),
        *bind(accounts, accounts_devices_api.ENDPOINTS),
        *bind(accounts, accounts_discovery_api.ENDPOINTS),
        *bind(accounts, accounts_admin_api.ENDPOINTS),
        *bind(accounts, accounts_roles_api.ENDPOINTS),
        *bind(accounts, accounts_policies_api.ENDPOINTS),
        *bind(accounts, accounts_pages_api.ENDPOINTS),
        *bind(accounts, accounts_s2s_api.ENDPOINTS),
        *bind(signin, signin_api.ENDPOINTS),
        *bind(signin, signin_account_api.ENDPOINTS),
        *bind(signin, signin_consent_api.ENDPOINTS),
        *bind(signin, signin_directory_api.ENDPOINTS),
        *bind(signin, signin_factors_api.ENDPOINTS),
        *bind(signin, signin_enrol_api.ENDPOINTS),
        *bind(signin, signin_mail_api.ENDPOINTS),
        *bind(signin, signin_meetings_api.ENDPOINTS),
        *bind(signin, signin_oidc_api.ENDPOINTS),
        *bind(signin, signin_pages_api.ENDPOINTS),
        *bind(signin, signin_rendezvous_api.ENDPOINTS),
        *bind(signin, signin_scim_api.ENDPOINTS),
        *bind(org, org_api.ENDPOINTS),
        *bind(org, org_admin_api.ENDPOINTS),
        *bind(profile, profile_api.ENDPOINTS),
        *bind(profile, profile_admin_api.ENDPOINTS),
        *bind(profile, profile_networks_api.ENDPOINTS),
        *bind(contacts, contacts_api.ENDPOINTS),
        *bind(media, media_api.ENDPOINTS),
        *bind(Map(spine, map_fetcher, Kept(clock.monotonic)), media_map_api.ENDPOINTS),
        *bind(keys, keys_api.ENDPOINTS),
        *bind(keys, keys_backup_api.ENDPOINTS),
        *bind(keys, keys_dehydrated_api.ENDPOINTS),
        *bind(rooms, rooms_api.ENDPOINTS),
        *bind(rooms, rooms_directory_api.ENDPOINTS),
        *bind(rooms, rooms_events_api.ENDPOINTS),
        *bind(rooms, rooms_delayed_api.ENDPOINTS),
        *bind(rooms, rooms_units_api.ENDPOINTS),
        *bind(turns.posts, posts_api.ENDPOINTS),
        *bind(turns.posts, posts_admin_api.ENDPOINTS),
        *bind(timeline, timeline_api.ENDPOINTS),
        *bind(timeline, timeline_subscriptions_api.ENDPOINTS),
        *bind(signals, signals_api.ENDPOINTS),
        *bind(push, push_api.ENDPOINTS),
        *bind(search, search_api.ENDPOINTS),
        *bind(notices, notices_api.ENDPOINTS),
        *bind(surveys, surveys_api.ENDPOINTS),
        *bind(bots, bots_api.ENDPOINTS),
        *bind(Calls(spine, org), calls_api.ENDPOINTS),
        *bind(duty, duty_api.ENDPOINTS),
        *bind(duty, duty_admin_api.ENDPOINTS),
        *bind(duty, duty_own_api.ENDPOINTS),
        *bind(duty, duty_chats_api.ENDPOINTS),
        *bind(duty, duty_custody_api.ENDPOINTS),
        *bind(log, audit_api.ENDPOINTS),
        *bind(told, status.ENDPOINTS),
        *bind(site.Site(told, site.load_files(site.DIST)), site.ENDPOINTS),
        *bind(sync, sync_api.ENDPOINTS),
        *bind(sync, sync_old.ENDPOINTS),
        *bind(sync, sliding_api.ENDPOINTS),
    )
    gates: tuple[Gate, ...] = (
        keep_notices(notices_sender(spine)),
        keep_marks(notices_sender(spine)),
        partial(gate_secrecy, config),
        partial(org_gate, org),
        partial(gate_post, turns.posts),
    )
    projections: tuple[Projection, ...] = (
        project_openness,
        project_guest_access,
        project_group,
        project_talk,
        partial(project_held, contacts),
        project_overtaken,
        project_relation,
        project_sticky,
        project_duty,
        partial(project_push, push),
        partial(project_urgent, notices),
        partial(project_post, turns.posts),
    )
    views: tuple[View, ...] = (
        accounts.sessions.view,
        alerts.view,
        notice_jobs.view,
        surveys.view,
        notices.deliveries.view,
        org.view,
        turns.view,
        profile.data.view,
        profile.seen.view,
        partial(view_deactivation, rooms),
        partial(view_placed, rooms),
        timeline.parents.view,
        timeline.stuck.view,
        partial(signals_view, signals),
        partial(push_view, push),
        keys.counts.view,
        keys.queues.view,
    )
    followers: tuple[Follower, ...] = (
        follow_device,
        follow_push_device,
        follow_person,
        follow_account,
        follow_ended_account,
        follow_name,
        follow_contacts,
        follow_signin_account,
        alerts.follow,
        follow_deactivation,
        follow_placed,
        follow_holder,
        follow_subscriber,
        follow_survey_account,
    )
    status.watch(metrics, spine)
    in_every_worker: tuple[Consumer, ...] = (
        partial(
            sample_loop_lag,
            metrics.histogram("depesha_loop_lag_seconds", "How late the event loop is."),
        ),
        partial(keep_cursors, log),
        partial(keep_house, accounts),
        partial(keep_signin, signin),
        partial(keep_directory, signin),
        emails.jobs.run,
        alerts.jobs.run,
        notice_jobs.jobs.run,
        surveys.jobs.run,
        notices.deliveries.keep,
        partial(keep_media, media),
        partial(keep_presence, signals),
        partial(leave_rooms, rooms),
        partial(keep_groups, rooms),
        turns.jobs.run,
        partial(send_due, rooms),
        partial(keep_duty, duty),
    )
    in_one_worker: dict[str, Consumer] = {
        "profile": partial(tell_rest, profile),
        "names": partial(tell_names, profile),
        "search": partial(keep_index, search),
        "push": partial(deliver_pushes, push),
        "bots": partial(serve_services, bots),
        **_certificates(config, clock, metrics),
    }
    for kind, hear in (
        (TYPING, partial(signals.typing.hear, log)),
        (PRESENCE, partial(signals.people.hear, spine)),
        (ARRIVED, partial(hear_arrival, media)),
    ):
        log.whispers.listen(kind, hear)
    await log.start(Hooks(gates, projections, views, followers, may_peek=lambda: org.tree.is_empty))
    await load_org(org)
    await load_posts(turns.posts)
    await load_sticky(timeline)
    await notices.deliveries.load()
    await make_users(bots)
    parked = Parked(config.max_parked_per_user, config.max_requests - config.max_requests // 10)
    accounts.sessions.ended = parked.dismiss
    server = Server(
        (
            *map(Hauls(duty).watch, endpoints),
            *bind(openapi.Description(endpoints), openapi.ENDPOINTS),
        ),
        lambda found: caller_of(accounts, found),
        limits,
        clock,
        config.max_requests,
        config.trusted_proxies,
        parked,
        partial(is_within, org),
    )
    return House(
        spine,
        accounts,
        server,
        Server(
            tuple(bound for bound in endpoints if bound.row.right is not None),
            partial(operator_of, accounts),
            Limits(clock, enabled=False),
            clock,
            100,
        ),
        _shared(config, log, limits, in_every_worker, in_one_worker),
        metrics,
        blobs,
        (fetcher, map_fetcher),
        cpu,
        profile,
        rooms,
        org,
        turns.posts,
    )


def _shared(
    config: Config,
    log: EventLog,
    limits: Limits,
    everywhere: tuple[Consumer, ...],
    once: dict[str, Consumer],
) -> tuple[Consumer, ...]:
    """What runs in this process; with PostgreSQL there may be others."""
    if log.db.engine == "sqlite":
        return (*everywhere, *once.values())
    limits.tell = partial(log.whispers.tell, TAKEN)
    log.whispers.listen(TAKEN, limits.hear)
    line = Line(config.database)
    wake = Wake((Nats(config.nats), line) if config.nats else (line,))
    leased = (
        partial(line.alone, log.clock, f"{log.institution.id}.{name}", work)
        for name, work in once.items()
    )
    return (*everywhere, limits.keep_telling, partial(follow_others, log, wake), *leased)


def _fetcher(networks: tuple[str, ...]) -> Fetcher:
    """The way to others, into those private networks too."""
    return Fetcher(f"Depesha/{version('depesha')}", networks)


def _certificates(config: Config, clock: Clock, metrics: Metrics) -> dict[str, Consumer]:
    """Asking an authority for them, where the settings want that."""
    issued = load_issued(config, clock)
    if issued is None:
        return {}
    metrics.gauge(
        "depesha_certificate_failures",
        "How often in a row no new TLS certificate could be obtained.",
        issued.count_failures,
    )
    return {"certificate": issued.keep}


def _mailer(config: Config, clock: Clock) -> Mailer:
    """The way of letters out of the house."""
    return Mailer(
        clock,
        read_mail_server(config.mail_server),
        config.mail_from or f"noreply@{config.server_name}",
        (config.mail_user, config.mail_password),
    )


def _blobs(config: Config, clock: Clock) -> Blobs:
    """Where files are kept."""
    folder = Path(config.data) / "media"
    if not config.s3_url:
        return Folder(folder)
    account = Account(config.s3_url, config.s3_region, config.s3_access_key, config.s3_secret_key)
    return Bucket(account, folder / "drafts", clock)
