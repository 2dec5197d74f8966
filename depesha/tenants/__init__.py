"""Institutions on one installation: domain and signing key.

Requirements: P3, P5. Spec: server-server API, "Server keys"; appendices, "Server Name".
"""

from depesha.tenants.open import load_signer as load_signer
from depesha.tenants.open import open_institution as open_institution
