"""Users, roles, regions and API tokens."""

from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from shunda.accounts.team_models import Member as Member
from shunda.accounts.team_models import Team as Team
from shunda.core.machine import undeletable


class Region(models.Model):
    """A sales territory, such as East China."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=80)
    active = models.BooleanField(_("active"), default=True)
    version = models.IntegerField(default=1)

    class Meta:
        triggers: ClassVar = [undeletable("region")]

    def __str__(self) -> str:
        return self.name


class Reach(models.TextChoices):
    """How far a role sees."""

    OWN = "own", _("own customers")
    REGION = "region", _("own regions")
    ALL = "all", _("everything")


class Role(models.Model):
    """A named set of permissions with a reach."""

    code = models.CharField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=80)
    name_en = models.CharField(_("name in English"), max_length=80, blank=True)
    permissions = ArrayField(models.CharField(max_length=60), verbose_name=_("permissions"), default=list)
    reach = models.CharField(_("reach"), max_length=10, choices=Reach, default=Reach.OWN)
    builtin = models.BooleanField(default=False)
    edited_at = models.DateTimeField(null=True)  # by the administrator: from then on, no new release changes it
    version = models.IntegerField(default=1)

    class Meta:
        triggers: ClassVar = [undeletable("role")]

    def __str__(self) -> str:
        return self.name

    @property
    def title(self) -> str:
        """The name in the reader's language."""
        return self.name if (get_language() or "").startswith("zh") else self.name_en or self.name


class UserManager(BaseUserManager["User"]):
    """Django asks for one; people are made by ``actions.create_user``."""

    def get_by_natural_key(self, username: str | None) -> "User":
        """Sign-in looks people up by user name."""
        return self.get(username=username)


class User(AbstractBaseUser):
    """A person who signs in."""

    username = models.CharField(_("user name"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=80)
    email = models.EmailField(_("email"), blank=True)
    phone = models.CharField(_("phone"), max_length=30, blank=True)
    title = models.CharField(_("job title"), max_length=80, blank=True)
    language = models.CharField(_("language"), max_length=10, default="zh-hans")
    theme = models.CharField(_("theme"), max_length=10, default="system")
    roles = models.ManyToManyField(Role, verbose_name=_("roles"), related_name="users")
    regions = models.ManyToManyField(Region, verbose_name=_("regions"), related_name="users", blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    is_superuser = models.BooleanField(default=False)
    is_staff = models.BooleanField(default=False)
    must_change_password = models.BooleanField(default=False)
    date_joined = models.DateTimeField(null=True)
    version = models.IntegerField(default=1)

    objects = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar = ["name"]

    class Meta:
        triggers: ClassVar = [undeletable("user")]

    def __str__(self) -> str:
        return self.name or self.username

    def has_perm(self, perm: str, obj: object = None) -> bool:  # noqa: ARG002
        """Django's own question; Shunda asks the Actor."""
        return self.is_active and self.is_superuser

    def has_module_perms(self, app_label: str) -> bool:  # noqa: ARG002
        """As above."""
        return self.is_active and self.is_superuser


class Delegation(models.Model):
    """Somebody is away; meanwhile another may do his steps for him, until its last day or until it is ended."""

    giver = models.ForeignKey(User, models.PROTECT, related_name="+")
    deputy = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("deputy"))
    since = models.DateTimeField(_("away from"))
    until = models.DateTimeField(_("until"))
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    made_by = models.CharField(max_length=120)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=120, blank=True)
    version = models.IntegerField(default=1)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(since__lt=models.F("until")), name="delegation_days"),
            models.CheckConstraint(condition=~models.Q(giver=models.F("deputy")), name="delegation_to_another"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["giver", "until"], name="delegation_giver"),
            models.Index(fields=["deputy", "until"], name="delegation_deputy"),
        ]
        triggers: ClassVar = [undeletable("delegation")]

    def __str__(self) -> str:
        return f"{self.giver_id} -> {self.deputy_id}"


class ApiToken(models.Model):
    """A key for a program: only its hash is kept, it has scopes and ends."""

    user = models.ForeignKey(User, models.PROTECT, related_name="tokens")
    name = models.CharField(_("name"), max_length=80)
    prefix = models.CharField(max_length=12, unique=True)
    digest = models.CharField(max_length=64)
    scopes = ArrayField(models.CharField(max_length=60), verbose_name=_("scopes"), default=list)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(_("expires"))
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    version = models.IntegerField(default=1)

    class Meta:
        triggers: ClassVar = [undeletable("api_token")]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"
