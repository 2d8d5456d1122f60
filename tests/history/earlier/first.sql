
SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

SET default_tablespace = '';

SET default_table_access_method = heap;

CREATE TABLE public.harness_conversations (
    run character varying(64) NOT NULL,
    number integer NOT NULL,
    id text NOT NULL,
    scenario text NOT NULL,
    provider text NOT NULL,
    "row" text NOT NULL,
    take integer NOT NULL,
    outcome character varying(16) NOT NULL,
    latency double precision,
    codes text NOT NULL,
    fingerprint text NOT NULL,
    is_expected boolean NOT NULL,
    is_replayed boolean NOT NULL
);

CREATE TABLE public.harness_runs (
    run character varying(64) NOT NULL,
    started timestamp with time zone NOT NULL,
    ended timestamp with time zone,
    mode character varying(16) NOT NULL,
    project text NOT NULL,
    commit_id text NOT NULL,
    branch text NOT NULL,
    harness text NOT NULL,
    passed integer NOT NULL,
    failed integer NOT NULL,
    broken integer NOT NULL,
    skipped integer NOT NULL,
    exit_status integer
);

CREATE TABLE public.harness_schema (
    version integer NOT NULL
);

CREATE TABLE public.harness_turns (
    run character varying(64) NOT NULL,
    number integer NOT NULL,
    turn integer NOT NULL,
    outcome character varying(16) NOT NULL,
    latency double precision,
    codes text NOT NULL
);

INSERT INTO public.harness_conversations VALUES ('run00001', 0, 'scenarios/greet.yaml::greet[shop]', 'greet', 'shop', '', 0, 'passed', 1.5, '', 'f1', false, false);
INSERT INTO public.harness_conversations VALUES ('run00001', 1, 'scenarios/order.yaml::order[shop]', 'order', 'shop', '', 0, 'failed', 1.5, 'contains', 'f1', false, false);
INSERT INTO public.harness_conversations VALUES ('run00002', 0, 'scenarios/greet.yaml::greet[shop]', 'greet', 'shop', '', 0, 'passed', 1.5, '', 'f1', false, false);
INSERT INTO public.harness_conversations VALUES ('run00002', 1, 'scenarios/greet.yaml::greet[shop]', 'greet', 'shop', '', 1, 'passed', 1.5, '', 'f1', false, false);
INSERT INTO public.harness_conversations VALUES ('run00002', 2, 'scenarios/greet.yaml::greet[shop]', 'greet', 'shop', '', 2, 'failed', 1.5, 'contains', 'f1', false, false);
INSERT INTO public.harness_conversations VALUES ('run00003', 0, 'scenarios/greet.yaml::greet[shop]', 'greet', 'shop', '', 0, 'broken', 1.5, 'timed-out', 'f1', false, false);
INSERT INTO public.harness_conversations VALUES ('run00003', 1, 'scenarios/order.yaml::order[shop]', 'order', 'shop', '', 0, 'passed', 1.5, '', 'f1', false, false);

INSERT INTO public.harness_runs VALUES ('run00001', '2026-05-02 08:00:00+00', '2026-05-02 08:00:09+00', 'live', 'shop', 'c0000001abc', 'main', '0.1.0', 1, 1, 0, 0, 0);
INSERT INTO public.harness_runs VALUES ('run00002', '2026-05-03 08:00:00+00', '2026-05-03 08:00:09+00', 'live', 'shop', 'c0000002abc', 'main', '0.1.0', 1, 0, 0, 0, 0);
INSERT INTO public.harness_runs VALUES ('run00003', '2026-05-04 08:00:00+00', '2026-05-04 08:00:09+00', 'live', 'shop', 'c0000003abc', 'main', '0.1.0', 1, 0, 1, 0, 0);

INSERT INTO public.harness_schema VALUES (1);

INSERT INTO public.harness_turns VALUES ('run00001', 0, 1, 'passed', 0.5, '');
INSERT INTO public.harness_turns VALUES ('run00001', 0, 2, 'passed', 1, '');
INSERT INTO public.harness_turns VALUES ('run00001', 1, 1, 'passed', 0.5, '');
INSERT INTO public.harness_turns VALUES ('run00001', 1, 2, 'failed', 1, 'contains');
INSERT INTO public.harness_turns VALUES ('run00002', 1, 1, 'passed', 0.5, '');
INSERT INTO public.harness_turns VALUES ('run00002', 1, 2, 'passed', 1, '');
INSERT INTO public.harness_turns VALUES ('run00002', 2, 1, 'failed', 0.5, 'contains');
INSERT INTO public.harness_turns VALUES ('run00002', 2, 2, 'passed', 1, '');
INSERT INTO public.harness_turns VALUES ('run00003', 0, 1, 'passed', 0.5, '');
INSERT INTO public.harness_turns VALUES ('run00003', 0, 2, 'broken', 1, 'timed-out');
INSERT INTO public.harness_turns VALUES ('run00003', 1, 1, 'passed', 0.5, '');
INSERT INTO public.harness_turns VALUES ('run00003', 1, 2, 'passed', 1, '');

ALTER TABLE ONLY public.harness_conversations
    ADD CONSTRAINT harness_conversations_pkey PRIMARY KEY (run, number);

ALTER TABLE ONLY public.harness_runs
    ADD CONSTRAINT harness_runs_pkey PRIMARY KEY (run);

ALTER TABLE ONLY public.harness_turns
    ADD CONSTRAINT harness_turns_pkey PRIMARY KEY (run, number, turn);

