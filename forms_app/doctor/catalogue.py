"""All checks, in the order of the report, and those whose failure keeps `serve` from starting."""

from __future__ import annotations

from forms_app.doctor.broker import BROKER, check_broker
from forms_app.doctor.clock import CLOCK, check_clock
from forms_app.doctor.database import DATABASE, check_database
from forms_app.doctor.deliveries import DELIVERIES, check_deliveries
from forms_app.doctor.disk import DISK, check_data_folder, check_disk
from forms_app.doctor.engine import GPU, check_engine, check_engine_installed
from forms_app.doctor.installation import PACKAGES, check_installation
from forms_app.doctor.model import MODEL, check_model, check_model_files
from forms_app.doctor.process import PROCESS, check_process
from forms_app.doctor.running import Check
from forms_app.doctor.safety import SETTINGS, check_settings
from forms_app.doctor.sign_in import SIGN_IN, check_sign_in
from forms_app.doctor.stored_files import FILES, check_files
from forms_app.doctor.work import WORK, check_work

EVERYTHING = (
    Check(SETTINGS, check_settings),
    Check(DATABASE, check_database),
    Check(BROKER, check_broker),
    # The store itself tries again for 30 s.
    Check(FILES, check_files, limit_s=45),
    Check(MODEL, check_model, limit_s=120),
    Check(GPU, check_engine, limit_s=90),
    Check(DISK, check_disk),
    Check(CLOCK, check_clock, limit_s=20),
    Check(SIGN_IN, check_sign_in, limit_s=20),
    Check(PROCESS, check_process),
    Check(PACKAGES, check_installation),
    Check(WORK, check_work, limit_s=20),
    Check(DELIVERIES, check_deliveries, limit_s=30),
)
BEFORE_START = (
    Check(DISK, check_data_folder),
    Check(FILES, check_files, limit_s=45),
    Check(MODEL, check_model_files, limit_s=30),
    Check(GPU, check_engine_installed),
    Check(PROCESS, check_process),
)
"""Quick ones that load nothing; database and broker are seen to by what starts next."""
