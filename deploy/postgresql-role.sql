-- juesuan 在 PostgreSQL 上的两个角色：
--   juesuan_owner  属主：建表、升级结构。只在安装和升级时使用。
--   juesuan_app    日常运行：不能建表、改表；已报送的版本、单元格和事件记录只能读取和追加，不能修改、删除。
--
-- 用数据库管理员身份在产品的数据库中执行，可以重复执行。安装和每次升级都按这个顺序：
--   1. 执行本文件          2. 用 juesuan_owner 升级结构          3. 再执行一次本文件（给新表授权）
-- 命令见 deploy/README.md。口令不写在这里，用 psql 的 \password 设置。

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'juesuan_owner') THEN
        CREATE ROLE juesuan_owner LOGIN;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'juesuan_app') THEN
        CREATE ROLE juesuan_app LOGIN;
    END IF;
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO juesuan_owner, juesuan_app', current_database());
END
$$;

REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO juesuan_owner;
GRANT USAGE ON SCHEMA public TO juesuan_app;

-- 以前授予的权限先收回，再按下面的清单授予：清单就是全部权限。
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM juesuan_app;
REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM juesuan_app;

DO $$
DECLARE
    name text;
    -- 程序会改写的表：状态、登记、可重算的审核和评分结果、文稿目录。其余的表只能读取和追加。
    changed CONSTANT text[] := ARRAY['cycle', 'cyclephase', 'unit', 'unitstep', 'receipt', 'statutoryapproval'];
    -- 其中还会删行的表：重算时整体替换，或文稿撤下。
    replaced CONSTANT text[] := ARRAY['rule_outcome', 'finding', 'project_score', 'indicator_score', 'document',
        'documentgap'];
BEGIN
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
        IF name IN ('alembic_version', 'database_identity') THEN
            EXECUTE format('GRANT SELECT ON %I TO juesuan_app', name);
        ELSIF name = ANY (replaced) THEN
            EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO juesuan_app', name);
        ELSIF name = ANY (changed) THEN
            EXECUTE format('GRANT SELECT, INSERT, UPDATE ON %I TO juesuan_app', name);
        ELSE
            EXECUTE format('GRANT SELECT, INSERT ON %I TO juesuan_app', name);
        END IF;
    END LOOP;
END
$$;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO juesuan_app;
