"""What the environment settles: folders and addresses, with their defaults."""

from pathlib import Path

from dispatch import settings


def test_nothing_set_means_data_here_and_runs_beside_it(monkeypatch):
    for name in (settings.DATA_ENV, settings.JOBS_ENV, settings.PUBLIC_ENV):
        monkeypatch.delenv(name, raising=False)
    assert settings.data_folder() == Path("data").resolve()
    assert settings.jobs_folder() is None
    assert settings.public_url() is None


def test_what_is_published_is_what_the_pages_find(monkeypatch, tmp_path):
    monkeypatch.setenv(settings.DATA_ENV, "elsewhere")
    monkeypatch.setenv(settings.JOBS_ENV, "elsewhere")
    monkeypatch.setenv(settings.PUBLIC_ENV, "http://old:1")
    settings.publish(data=tmp_path / "data", jobs=tmp_path / "jobs")
    assert settings.data_folder() == (tmp_path / "data").resolve()
    assert settings.jobs_folder() == (tmp_path / "jobs").resolve()
    assert settings.public_url() is None  # an address of another start is forgotten
    settings.publish(data=tmp_path, phones_at="http://10.0.0.5:8501")
    assert settings.public_url() == "http://10.0.0.5:8501"


def test_the_cache_has_a_folder_of_its_own_or_the_users(monkeypatch, tmp_path):
    monkeypatch.setenv(settings.CACHE_ENV, str(tmp_path))
    assert settings.cache_folder() == tmp_path
    monkeypatch.delenv(settings.CACHE_ENV)
    assert settings.cache_folder() == settings.user_folder()
    assert settings.user_folder().name == "water-dispatch"


def test_tiles_of_the_environment(monkeypatch):
    monkeypatch.setenv(settings.TILES_ENV, "osm")
    monkeypatch.delenv(settings.TIANDITU_TOKEN_ENV, raising=False)
    wishes = settings.tile_wishes()
    assert wishes.tiles == "osm"
    assert wishes.token == ""
